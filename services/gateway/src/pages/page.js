// One form, and what becomes of it. The secret stands behind `#`, which browsers send to nobody.
const form = /** @type {HTMLFormElement} */ (document.querySelector('form'))
const alert = /** @type {HTMLElement} */ (form.querySelector('[role=alert]'))
const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'))
const done = /** @type {HTMLElement} */ (document.querySelector('#done'))
const needsSecret = 'needsSecret' in form.dataset
const secretHere = () => location.hash.slice(1)

function begin() {
  const missing = needsSecret && secretHere() === ''
  alert.textContent = missing ? 'A part of the link is missing. Take all of it from the mail.' : ''
  button.disabled = missing
  form.hidden = false
  done.hidden = true
}

begin()
// Another link of this page loads nothing anew.
addEventListener('hashchange', begin)

form.addEventListener('submit', (event) => {
  event.preventDefault()
  alert.textContent = ''
  button.disabled = true
  void send().finally(() => {
    button.disabled = false
  })
})

async function send() {
  const body = new URLSearchParams()
  for (const { name, value } of form.querySelectorAll('input')) body.set(name, value)
  if (secretHere() !== '') body.set('secret', secretHere())
  try {
    const answer = await fetch(String(form.dataset.post), { method: 'POST', body, credentials: 'omit' })
    const said = /** @type {Record<string, string>} */ (await answer.json())
    if (answer.ok) finish(said)
    else alert.textContent = said.msg
  } catch {
    alert.textContent = 'The server cannot be reached. Try again.'
  }
}

/** @param {Record<string, string>} said */
function finish(said) {
  // It opens nothing any more, and nobody who looks back needs it; a link that many may have does.
  if (needsSecret) history.replaceState(null, '', location.pathname)
  /** @type {NodeListOf<HTMLElement>} */
  const places = done.querySelectorAll('[data-field], [data-origin]')
  for (const place of places) {
    const { field } = place.dataset
    place.textContent = field === undefined ? location.origin : said[field]
  }
  form.hidden = true
  done.hidden = false
}
