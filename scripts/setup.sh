#!/usr/bin/env bash
# Install what is missing to run Retkoop; with "tests", what its tests need too.
# Does nothing (and takes well under a second) when all is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$(pwd -P)
purpose=${1:-run}

VNU_VERSION=26.9.27
VNU_SHA512=4e441de4315f39a582f5e6edbe8cd3b2b1f655aa1dde3620faface791133217c417b12f3f7ead2d8336d8e7efe44f5226618258b44a0860057e9125135e6b428
vnu=.tools/vnu

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

case $purpose in
run)
    packages=(python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core)
    requirements=(requirements.txt)
    ;;
tests)
    packages=(python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core
        chromium postgresql default-jre-headless poppler-utils)
    requirements=(requirements.txt requirements-dev.txt)
    ;;
*) fail "Usage : scripts/setup.sh [run|tests]" ;;
esac

vnu_is_current() { [ -f "$vnu/vnu.jar" ] && [ "$(cat "$vnu/VERSION" 2>/dev/null)" = "$VNU_VERSION" ]; }

# npm only fetches the HTML checker, and often comes from elsewhere than Debian: look for the command.
if [ "$purpose" = tests ] && ! vnu_is_current && ! command -v npm >/dev/null; then
    packages+=(npm)
fi

# --- System packages ---------------------------------------------------------------------------

missing_packages() {
    local installed package
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
    for package in "${packages[@]}"; do
        grep -qx "installed $package" <<<"$installed" || printf '%s ' "$package"
    done
}

install_packages() {
    local missing as_root=()
    read -ra missing <<<"$(missing_packages)"
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "Il manque des paquets et ni root ni sudo ne sont disponibles." \
            "Faites exécuter par l’administrateur : apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installation des paquets du système : ${missing[*]}"
    apt_get() {
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
            apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
    }
    apt_get update || say "La liste des paquets n’a pas pu être mise à jour ; on continue avec celle en place." >&2
    apt_get install -y --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "L’installation des paquets a échoué. À faire à la main : apt-get install ${missing[*]}"
}

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    install_packages
elif [ ! -f .venv/.retkoop-"$purpose" ]; then
    say "Ce système n’est ni Debian ni Ubuntu : installez vous-même l’équivalent de ces paquets :"
    say "  ${packages[*]}"
fi

# --- Python --------------------------------------------------------------------------------------

fingerprint=$({
    cat scripts/setup.sh "${requirements[@]}"
    printf '%s' "$root"
} | sha256sum | cut -d' ' -f1)

python_is_current() {
    local stamp=.venv/.retkoop-$purpose
    [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null &&
        [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$fingerprint" ]
}

# A moved folder or an upgraded Python breaks the paths written in an environment.
environment_is_usable() {
    grep -qxE "command = .* -m venv (.* )?$root/\.venv" .venv/pyvenv.cfg 2>/dev/null &&
        .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if ! python_is_current; then
    if ! environment_is_usable; then
        command -v python3 >/dev/null || fail "Python est introuvable : Retkoop demande Python 3.11 ou plus récent."
        python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
            fail "Retkoop demande Python 3.11 ou plus récent ; ici : $(python3 --version 2>&1)."
        say "Création de l’environnement Python (.venv)"
        python3 -m venv --clear "$root/.venv" || fail "L’environnement Python n’a pas pu être créé."
    fi
    say "Installation des bibliothèques Python (une à deux minutes la première fois)"
    # The lists are complete: without --no-deps, pip looks at newer releases than those listed and stumbles over
    # their hashes (23.2 does for coverage[toml]).
    .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input \
        install --require-hashes --no-deps "${requirements[@]/#/--requirement=}" &&
        .venv/bin/python -m pip --disable-pip-version-check check >/dev/null ||
        fail "L’installation des bibliothèques Python a échoué (voir ci-dessus)."
    printf '%s\n' "$fingerprint" >.venv/.retkoop-"$purpose"
fi

# --- HTML checker --------------------------------------------------------------------------------

fetch_vnu() (
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    npm pack --silent "vnu-jar@$VNU_VERSION" >/dev/null ||
        fail "Le vérificateur HTML (vnu-jar $VNU_VERSION) n’a pas pu être téléchargé."
    printf '%s  %s\n' "$VNU_SHA512" "vnu-jar-$VNU_VERSION.tgz" | sha512sum --check --quiet ||
        fail "Le vérificateur HTML téléchargé n’est pas celui attendu : il n’est pas installé."
    tar -xzf "vnu-jar-$VNU_VERSION.tgz" package/build/dist/vnu.jar package/LICENSE
    cd "$root"
    mkdir -p "$vnu"
    rm -f "$vnu/VERSION"
    install -m 644 "$work/package/build/dist/vnu.jar" "$work/package/LICENSE" "$vnu/"
    printf '%s\n' "$VNU_VERSION" >"$vnu/VERSION"
)

if [ "$purpose" = tests ] && ! vnu_is_current; then
    command -v npm >/dev/null || fail "npm est introuvable : il sert à télécharger le vérificateur HTML."
    say "Téléchargement du vérificateur HTML (vnu-jar $VNU_VERSION)"
    fetch_vnu
fi
