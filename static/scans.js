// Files leave once chosen, one by one: fetch tells no progress.
const leave = ({ target: { form, files } }) => {
  if (files?.length && form.matches(".upload")) form.requestSubmit();
};
addEventListener("change", leave);
// On a slow line, one was chosen before this script came; htmx begins in a timeout of its own, asked for before this one.
setTimeout(() => document.querySelectorAll("[type=file]").forEach((target) => leave({ target })));
addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const { form, body, headers, action } = ctx.request;
  const bar = form?.querySelector(".upload progress");
  if (!bar) return;
  const files = form.matches(".each") ? body.getAll("fichiers") : [""];
  let n = 0;
  const send = (done, fail) => {
    const xhr = new XMLHttpRequest();
    if (files[n]) body.set("fichiers", files[n]);
    body.set("suite", files[n + 1] ? 1 : "");
    xhr.open("POST", action);
    for (const name in headers) xhr.setRequestHeader(name, headers[name]);
    xhr.upload.onprogress = (at) => (bar.value = (n + at.loaded / at.total) / files.length);
    xhr.onerror = fail;
    xhr.onload = () => xhr.status === 204 ? send(done, fail, ++n) : done({
      status: xhr.status,
      headers: xhr.getAllResponseHeaders().split("\r\n").map((row) => row.split(/: (.*)/)),
      text: () => xhr.response,
    });
    xhr.send(body);
  };
  bar.hidden = false;
  ctx.fetch = () => new Promise(send);
});
