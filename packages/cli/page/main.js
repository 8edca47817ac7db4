/** Begins: watches the server, and draws what it says. */
import { render } from "../node_modules/lit-html/lit-html.js"
import { measure } from "./map.js"
import { page } from "./page.js"
import { watch } from "./server.js"
import { device, onChange } from "./store.js"

const root = document.getElementById("page")
if (root !== null) {
  root.replaceChildren()
  const observeMap = measure(root)
  onChange((state) => {
    render(page(state), root)
    observeMap()
    const name = device()?.name
    document.title = name === undefined ? "Roborock" : `${name} – Roborock`
  })
  const wanted = decodeURIComponent(location.hash.slice(1))
  watch(wanted === "" ? undefined : wanted)
}
