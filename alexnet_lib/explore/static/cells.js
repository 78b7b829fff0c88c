// A table of text inputs, each with a spoken name; the arrow keys up and down and Enter move between rows.
const NUMBER = "\\s*[\\-−+]?(\\p{Nd}+(\\.\\p{Nd}*)?|\\.\\p{Nd}+)(/\\p{Nd}+)?\\s*";

function render({ model, el }) {
  el.classList.add("ax-cells");
  const inputs = () => [...el.querySelectorAll("input")];
  const place = (r, c) => {
    const row = model.get("rows")[r] ?? `row ${r}`;
    const column = model.get("columns")[c] ?? `column ${c}`;
    return `${model.get("description")}, ${row}, ${column}`;
  };
  const build = (value) => {
    const table = document.createElement("table");
    if (model.get("columns").length) {
      const head = table.createTHead().insertRow();
      if (model.get("rows").length) head.append(document.createElement("td"));
      for (const title of model.get("columns")) {
        head.append(Object.assign(document.createElement("th"), { textContent: title, scope: "col" }));
      }
    }
    const body = table.createTBody();
    value.forEach((texts, r) => {
      const line = body.insertRow();
      const title = model.get("rows")[r];
      if (title) line.append(Object.assign(document.createElement("th"), { textContent: title, scope: "row" }));
      texts.forEach((text, c) => {
        const input = Object.assign(document.createElement("input"), { value: text, pattern: NUMBER, required: true });
        input.setAttribute("aria-label", place(r, c));
        input.dataset.lmSuppressShortcuts = "true";
        line.insertCell().append(input);
      });
    });
    el.replaceChildren(table);
  };
  const show = () => {
    const value = model.get("value");
    const shape = (rows) => rows.map((row) => row.length).join();
    if (shape(value) !== el.dataset.shape) {
      build(value);
      el.dataset.shape = shape(value);
      return;
    }
    value.flat().forEach((text, i) => {
      const input = inputs()[i];
      if (input.value !== text) input.value = text;
    });
  };
  el.addEventListener("input", () => {
    const texts = inputs().map((input) => input.value);
    model.set("value", model.get("value").map((row) => texts.splice(0, row.length)));
    model.save_changes();
  });
  el.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
    if (!step) return;
    const width = model.get("value")[0].length;
    const next = inputs()[inputs().indexOf(event.target) + step * width];
    if (next) next.select();
    event.preventDefault();
  });
  model.on("change", show);
  show();
  return () => model.off("change", show);
}
export default { render };
