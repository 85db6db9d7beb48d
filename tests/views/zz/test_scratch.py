import traceback
import pytest
from tests.factories import *
from tests.views.conftest import Browser

def test_probe(app, browse, year, capsys):
    a_person()
    app.config["PROPAGATE_EXCEPTIONS"] = True
    b = browse().sign_in("075-0001")
    an_entry(year)
    Y="/coop/075-0001/2024-2025"
    out=[]
    def t(name, f):
        try:
            r=f()
            out.append(f"{name}: {r.status_code} {dict(r.headers).get('Location','')}")
        except Exception as e:
            out.append(f"{name}: !!! {type(e).__mro__[:3]} {str(e)[:100]}")
    anon=browse(); anon.get("/connexion")
    t("nul identifiant", lambda: anon.post("/connexion", {"identifiant":"a\x00b","mot_de_passe":"x"}))
    t("empty body", lambda: anon.client.post("/connexion", headers={"X-CSRFToken":anon.token}))
    t("next [", lambda: anon.client.get("/connexion?next=//["))
    t("next nfkc", lambda: anon.client.get("/connexion?next=//℀"))
    t("coop nul", lambda: b.client.get("/coop/%00/"))
    t("ad nul", lambda: b.client.get("/ad/%00/"))
    t("big int strike", lambda: b.post(Y+"/cahier/ecritures/99999999999999999999/supprimer"))
    t("big int tick", lambda: b.post(Y+"/cahier/ecritures/99999999999999999999/pointage", {"pointer":"1"}))
    t("5000 digits", lambda: b.client.get(Y+"/cahier/ecritures/"+"9"*5000))
    t("superscript line", lambda: b.post(Y+"/cahier", {"lignes-²-compte":"x"}))
    t("5000 digit line", lambda: b.post(Y+"/cahier", {"lignes-"+"9"*5000+"-compte":"x"}))
    t("many lines", lambda: b.post(Y+"/cahier", {f"lignes-{i}-compte":"x" for i in range(15000)}))
    t("5000 digit version", lambda: b.post(Y+"/cahier/ecritures/1", {"version":"9"*5000,"date":"2024-10-10","libelle":"x","nature":"depense","moyen":"banque","lignes-0-compte":"62810008","lignes-0-montant":"8"}))
    t("20 digit version", lambda: b.post(Y+"/cahier/ecritures/1", {"version":"9"*20,"date":"2024-10-10","libelle":"x","nature":"depense","moyen":"banque","lignes-0-compte":"62810008","lignes-0-montant":"8"}))
    t("413", lambda: b.client.post(Y+"/cahier", data={"a":"x"*2000000}))
    t("413 signin", lambda: anon.client.post("/connexion", data={"a":"x"*2000000}))
    t("413 mem", lambda: anon.client.post("/connexion", data={"a":"x"*700000}))
    t("static 404", lambda: b.client.get("/static/none.css"))
    r=b.client.get("/static/app.js"); r.close(); out.append(str(dict(r.headers)))
    r=b.client.get("/static/none.css"); out.append(str(dict(r.headers)))
    t("unicode year", lambda: b.client.get("/coop/075-0001/２０２４-２０２５/"))
    t("y", lambda: b.client.get("/coop/075-0001/9999-0000/"))
    for host in ("evil com", "a\\b", "x:99999", "[", "é", "", "a/b", "@", "x"*5000):
        t("host "+host[:10], lambda: b.client.get("/etat", headers={"Host":host}))
    t("year 0", lambda: b.client.get("/coop/075-0001/0000-0001/"))
    t("slashes", lambda: anon.client.get("//evil.com/x"))
    t("mois junk", lambda: b.client.get(Y+"/cahier?mois=%00"))
    t("mois junk", lambda: b.client.get(Y+"/cahier?mois=9999-99"))
    t("badutf", lambda: b.client.get("/coop/%ff%fe/"))
    t("mot de passe empty", lambda: b.client.post("/mot-de-passe", headers={"X-CSRFToken":b.token}))
    with capsys.disabled(): print("\n".join(out))
