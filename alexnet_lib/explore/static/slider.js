// A native range input with a spoken name. JupyterLab's shortcuts stay out of it, so the arrow keys move the slider.
function render({ model, el }) {
  el.classList.add("ax-slider");
  const name = document.createElement("span");
  const input = Object.assign(document.createElement("input"), { type: "range" });
  const readout = document.createElement("output");
  input.dataset.lmSuppressShortcuts = "true";
  el.append(name, input, readout);

  const show = () => {
    name.textContent = model.get("description");
    input.setAttribute("aria-label", model.get("description"));
    for (const key of ["min", "max", "step"]) input[key] = model.get(key);
    input.value = model.get("value");
    readout.textContent = String(model.get("value"));
  };
  input.addEventListener("input", () => {
    const digits = (String(model.get("step")).split(".")[1] ?? "").length;
    model.set("value", Number(Number(input.value).toFixed(digits)));
    readout.textContent = String(model.get("value"));
    model.save_changes();
  });
  model.on("change", show);
  show();
  return () => model.off("change", show);
}
export default { render };
