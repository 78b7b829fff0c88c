// Arrow keys, Page Up and Down, Space, Home and End move from slide to slide; what is too tall for the screen is made to fit.
const slides = [...document.querySelectorAll("section")];
const place = document.body.appendChild(Object.assign(document.createElement("div"), { id: "place" }));
place.setAttribute("role", "status");
let now = 0;

function show(index) {
  now = Math.max(0, Math.min(slides.length - 1, index));
  document.activeElement?.blur();
  slides[now].scrollIntoView();
  slides[now].focus({ preventScroll: true, focusVisible: false });
  mark();
}
function mark() {
  place.textContent = `${now + 1} / ${slides.length}`;
  history.replaceState(null, "", `#${now + 1}`);
}
function fit() {
  for (const slide of slides) {
    const content = slide.firstElementChild;
    const prose = content.querySelector(":scope > :is(h1, h2, p, ul, blockquote)");
    for (let size = prose ? 1 : 1.5; size >= 0.5; size -= 0.1) {
      content.style.setProperty("--fit", size);
      const wide = [slide, ...slide.querySelectorAll(".ax")].some(part => part.scrollWidth > part.clientWidth + 1);
      if (slide.scrollHeight <= slide.clientHeight + 1 && !wide) break;
    }
  }
}
addEventListener("keydown", event => {
  const inside = event.target.closest("summary, a, input, button");
  const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
  if (event.ctrlKey || event.altKey || event.metaKey || (inside && event.key === " ")) return;
  if (event.key in steps) show(now + (event.shiftKey && event.key === " " ? -1 : steps[event.key]));
  else if (event.key === "Home") show(0);
  else if (event.key === "End") show(slides.length - 1);
  else return;
  event.preventDefault();
});
const watch = new IntersectionObserver(seen => {
  for (const each of seen) if (each.isIntersecting) { now = slides.indexOf(each.target); mark(); }
}, { threshold: 0.6 });
for (const slide of slides) watch.observe(slide);
addEventListener("resize", fit);
addEventListener("toggle", fit, true);
fit();
show(Number(location.hash.slice(1) || 1) - 1);
