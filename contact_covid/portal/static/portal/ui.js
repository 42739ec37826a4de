// Improvements only: every page works without JavaScript.
'use strict';
const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

// Password: show and hide; hidden again before it leaves, so that the browser does not remember it as text.
all('[data-pw]', button => {
  const input = document.getElementById(button.getAttribute('aria-controls'));
  const show = on => {
    input.type = on ? 'text' : 'password';
    button.textContent = on ? 'Masquer' : 'Afficher';
    button.setAttribute('aria-label', on ? 'Masquer le mot de passe' : 'Afficher le mot de passe');
  };
  button.hidden = false;
  button.addEventListener('click', () => show(input.type === 'password'));
  if (input.form) input.form.addEventListener('submit', () => show(false));
});

// A new password: each rule is ticked once it is met.
const rules = { length: /^.{8,}$/su, case: /\p{Ll}.*\p{Lu}|\p{Lu}.*\p{Ll}/su, digit: /\p{Nd}/u, special: /[^\p{L}\p{N}\s]/u };
all('[data-rules]', input => {
  const lines = document.getElementById(input.dataset.rules).querySelectorAll('[data-rule]');
  const tick = () => lines.forEach(line => {
    const met = line.classList.toggle('met', rules[line.dataset.rule].test(input.value));
    line.lastChild.textContent = met ? ' : rempli' : '';
  });
  input.addEventListener('input', tick);
  tick();
});

// A window over the page: nothing behind it can be reached, and Escape does what its one button does.
all('[data-window]', shown => {
  shown.close();
  shown.showModal();
  shown.addEventListener('cancel', event => { event.preventDefault(); shown.querySelector('form').requestSubmit(); });
});

// NIR: grouped as 1 84 01 27 512 345 67 when the field is left; typing is never blocked.
all('[data-nir]', input => input.addEventListener('blur', () => {
  const groups = input.value.toUpperCase().replace(/[^0-9AB]/g, '').match(/^(.)(..)(..)(..)(...)(...)(..)?$/);
  if (groups) input.value = groups.slice(1).filter(Boolean).join(' ');
}));

// A reader ends the number with Enter: at the counter the next empty field comes before the search is sent.
all('[role=search] [data-nir]', input => input.addEventListener('keydown', event => {
  const next = event.key === 'Enter' && [...input.form.querySelectorAll('input:required')].find(other => !other.value);
  if (next && next !== input) { event.preventDefault(); next.focus(); }
}));

// Communes of the postcode typed, proposed under « Commune »; anything may be typed there.
all('[data-communes]', input => {
  const list = document.getElementById('communes');
  const propose = names => list.replaceChildren(...names.map(value => Object.assign(document.createElement('option'), { value })));
  const ask = () => {
    const postcode = input.value.trim();
    if (!/^\d{5}$/.test(postcode)) return propose([]);
    return fetch(input.dataset.communes + postcode + '/')
      .then(answer => (answer.ok ? answer.json() : { communes: [] }))
      .then(body => propose(body.communes), () => propose([]));
  };
  input.addEventListener('change', ask);
  ask();
});

const summary = document.querySelector('[data-errsum]');
if (summary) summary.focus();

all('[data-print]', button => {
  button.hidden = false;
  button.addEventListener('click', () => print());
});

// A second submit of the same page is dropped; the button comes back if the page stays or is shown again. What only
// fetches a file (data-again) may be sent as often as one likes.
const release = form => {
  delete form.dataset.sent;
  form.querySelectorAll('[aria-disabled=true]').forEach(b => b.removeAttribute('aria-disabled'));
};
all('form[method=post]', form => form.addEventListener('submit', event => {
  if (event.submitter && event.submitter.hasAttribute('data-again')) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = '1';
  const button = event.submitter || form.querySelector('button:not([type=button])');
  if (button) button.setAttribute('aria-disabled', 'true');
  setTimeout(() => release(form), 10000);
}));
addEventListener('pageshow', () => all('form[data-sent]', release));

// Passkeys: the server says what is to be signed, the browser has it signed, the form carries it.
if (window.PublicKeyCredential) all('[data-passkey]', form => {
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), letter => letter.charCodeAt(0));
  const text = part => btoa(String.fromCharCode(...new Uint8Array(part))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const known = list => (list || []).map(key => ({ ...key, id: bytes(key.id) }));
  const failed = form.querySelector('[data-passkey-error]');
  const reason = failed.querySelector('.msg > div');
  const usual = reason.textContent;
  const sign = ({ publicKey }) => {
    publicKey.challenge = bytes(publicKey.challenge);
    if (form.dataset.passkey === 'get') {
      return navigator.credentials.get({ publicKey: { ...publicKey, allowCredentials: known(publicKey.allowCredentials) } });
    }
    const user = { ...publicKey.user, id: bytes(publicKey.user.id) };
    return navigator.credentials.create({ publicKey: { ...publicKey, user, excludeCredentials: known(publicKey.excludeCredentials) } });
  };
  const told = ({ id, rawId, type, response }) => {
    const sent = { id, rawId: text(rawId), type, clientExtensionResults: {}, response: {} };
    ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature'].forEach(part => {
      if (response[part]) sent.response[part] = text(response[part]);
    });
    return JSON.stringify(sent);
  };
  all('[data-passkey] button[hidden]', button => { button.hidden = false; });
  all('[data-no-passkey]', note => { note.hidden = true; });
  form.addEventListener('submit', event => {
    event.preventDefault();
    failed.hidden = true;
    const headers = { 'X-CSRFToken': form.elements.csrfmiddlewaretoken.value };
    fetch(form.dataset.ask, { method: 'POST', redirect: 'manual', headers })
      .then(answer => (answer.type === 'opaqueredirect' ? location.reload() : answer.json()))
      .then(asked => (asked && asked.error ? Promise.reject(asked.error) : asked && sign(asked)))
      .then(key => { if (key) { form.elements.credential.value = told(key); form.submit(); } })
      .catch(why => {
        reason.textContent = typeof why === 'string' ? why : usual;
        failed.hidden = false;
        release(form);
      });
  });
});

// A board renews itself each minute, half an hour long, while nothing on it is open.
all('[data-refresh]', label => {
  const box = label.querySelector('input');
  const left = Number((location.hash.match(/^#auto(\d+)$/) || [])[1]) || 0;
  label.hidden = false;
  box.checked = left > 0;
  box.addEventListener('change', () => { location.hash = box.checked ? '#auto30' : ''; location.reload(); });
  if (left) setInterval(() => {
    if (document.querySelector('main details[open]') || document.activeElement.closest('form')) return;
    location.hash = left > 1 ? `#auto${left - 1}` : '';
    location.reload();
  }, 60000);
});

// A call: the fiche is kept while the page is open, and what others add meanwhile is told.
const call = document.querySelector('[data-keep]');
if (call) {
  const show = (name, on) => all(name, message => { message.hidden = !on; });
  const token = call.querySelector('[name=csrfmiddlewaretoken]').value;
  const beat = () => fetch(call.dataset.keep, { method: 'POST', redirect: 'manual', headers: { 'X-CSRFToken': token }, body: new URLSearchParams('edits' in call.dataset ? 'edits' : '') })
    .then(answer => (answer.ok ? answer.json() : null))
    .then(body => {
      if (!body) return;
      show('[data-lost]', !body.kept);
      if (!body.kept) return;
      show('[data-notes]', body.notes > call.dataset.seen);
      all('[data-until]', place => { place.textContent = body.until; });
    }, () => {});
  setInterval(beat, 240000);
}

// A form beside the card opens within the card: nothing typed elsewhere leaves the screen.
const shown = (button, html) => { // whether the page has a place for it
  const section = document.getElementById(button.dataset.beside);
  const page = new DOMParser().parseFromString(html, 'text/html');
  const [form, whole] = [page.getElementById('beside'), page.getElementById(section.id)];
  const old = document.getElementById('beside');
  if (!form && !whole) return false;
  if (old) old.remove();
  if (whole) section.replaceChildren(...page.querySelectorAll('main .msg.ok'), ...whole.childNodes);
  if (!form) { button.focus(); return true; }
  section.append(form);
  form.querySelector('.act a').addEventListener('click', event => { event.preventDefault(); form.remove(); button.focus(); });
  form.querySelectorAll('a[href*="?foyer="]').forEach(link => link.addEventListener('click', event => {
    event.preventDefault();
    beside(button, link.href);
  }));
  form.querySelector('form').addEventListener('submit', event => {
    event.preventDefault();
    if (event.target.dataset.sent) return;
    event.target.dataset.sent = '1';
    kept.carry(event.target, event.submitter, answer => (answer.to ? beside(button, answer.to) : shown(button, answer.html)));
  });
  (form.querySelector('[data-errsum]') || form.querySelector('input:not([type=hidden])')).focus();
  return true;
};
// On a bad network until it comes: what was written must not be typed again.
const beside = (button, url) => fetch(url).then(answer => answer.text()).then(html => shown(button, html))
  .catch(() => new Promise(wait => { setTimeout(wait, 3000); }).then(() => beside(button, url)));
all('[data-beside]', button => button.addEventListener('click', event => {
  event.preventDefault();
  fetch(button.formAction).then(answer => answer.text())
    .then(html => { if (!shown(button, html)) button.form.requestSubmit(button); })
    .catch(() => button.form.requestSubmit(button));
}));

// Alt and a digit choose the outcome: by the place of the key, since a French keyboard types « & » where « 1 » stands.
addEventListener('keydown', event => {
  const digit = event.altKey && !event.ctrlKey && !event.metaKey && /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  const choice = digit && document.querySelector('[type=radio][accesskey="' + digit[1] + '"]');
  if (!choice) return;
  event.preventDefault();
  choice.click();
  choice.focus();
});

// The end of the session: asked once for all tabs, one key to stay.
const dialog = document.getElementById('session');
if (dialog) {
  const { action, login } = dialog.dataset;
  const warning = dialog.dataset.warning * 1000;
  const stay = dialog.querySelector('[data-stay]');
  const left = dialog.querySelector('[data-left]');
  const last = dialog.querySelector('[data-last]');
  const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('session') : null;
  let end = 0;
  let seen = false; // the session cannot be prolonged any more, and the user knows
  let timer = 0;
  const leave = () => { // once: a second go would begin a slow page anew
    clearInterval(timer);
    location.href = login + '?suite=' + encodeURIComponent(location.pathname);
  };
  const until = moment => { end = moment; if (dialog.open && end - Date.now() > warning) dialog.close(); };
  const prolonged = seconds => {
    until(Date.now() + seconds * 1000);
    if (tabs) tabs.postMessage(end);
    last.hidden = seconds * 1000 > warning;
    stay.textContent = last.hidden ? 'Rester connecté' : 'Continuer jusqu’à la fin';
  };
  const tick = () => {
    const rest = Math.round((end - Date.now()) / 1000);
    if (rest <= 0) return leave();
    if (rest * 1000 > warning || seen) return undefined;
    left.textContent = Math.floor(rest / 60) + ' min ' + String(rest % 60).padStart(2, '0') + ' s';
    if (!dialog.open) { dialog.showModal(); stay.focus(); }
    return undefined;
  };
  stay.addEventListener('click', () => {
    if (!last.hidden) { seen = true; return dialog.close(); }
    const token = document.querySelector('[name=csrfmiddlewaretoken]');
    return fetch(action, { method: 'POST', redirect: 'manual', headers: { 'X-CSRFToken': token ? token.value : '' } })
      .then(answer => (answer.ok ? answer.json().then(body => prolonged(body.seconds)) : leave()))
      .catch(() => { stay.textContent = 'Réessayer : le réseau ne répond pas'; });
  });
  dialog.addEventListener('cancel', event => { event.preventDefault(); stay.click(); });
  if (tabs) tabs.onmessage = message => { if (message.data > end) until(message.data); };
  prolonged(+dialog.dataset.ends);
  timer = setInterval(tick, 1000);
}

// amelipro connect: the worker is there once the page that explains it was seen, or in the installed application.
const connect = document.querySelector('[data-connect]');
if ('serviceWorker' in navigator && (connect || matchMedia('(display-mode: standalone)').matches)) {
  navigator.serviceWorker.register('/service-worker.js').catch(() => {});
}
addEventListener('beforeinstallprompt', event => {
  const button = document.querySelector('[data-install]');
  if (!button) return;
  event.preventDefault();
  button.hidden = false;
  button.addEventListener('click', () => { button.hidden = true; event.prompt(); }, { once: true });
});

// A page that the browser kept whole and shows again: nothing of it is seen before the session is known to go on.
addEventListener('pageshow', event => {
  if (!event.persisted || !dialog) return;
  document.documentElement.hidden = true;
  location.reload();
});
