// A form whose answer does not come waits in this tab, sealed, and is sent again under its own key until one comes.
// What is kept where, and for how long: docs/adr/kept-until-the-network-returns.md. ui.js uses `carry`.
'use strict';
const kept = (() => {
  const PREFIX = 'kept ';
  const LONGEST = 12 * 3600000, PATIENCE = 30000, SLOW = 4000, SELDOM = 60000; // milliseconds
  const { owner, seal } = document.body.dataset;
  const able = Boolean(owner && window.crypto.subtle);
  const entries = new Map(); // idempotency key → what was typed: this account's only
  const live = new Map(); // idempotency key → the form, when it is on this page, and what shows its answer
  const done = [];
  const stored = () => Object.keys(sessionStorage).filter(name => name.startsWith(PREFIX));

  // --- Sealed in the tab ---
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const base64 = part => btoa(Array.from(new Uint8Array(part), byte => String.fromCharCode(byte)).join(''));
  const secret = able && crypto.subtle.importKey('raw', bytes(seal), 'AES-GCM', false, ['encrypt', 'decrypt']);
  const utf8 = text => new TextEncoder().encode(text);
  const store = async entry => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const how = { name: 'AES-GCM', iv, additionalData: utf8(entry.key) };
    const box = await crypto.subtle.encrypt(how, await secret, utf8(JSON.stringify(entry)));
    if (!entries.has(entry.key)) return; // given up meanwhile
    sessionStorage.setItem(PREFIX + entry.key, JSON.stringify({ owner, at: entry.at, iv: base64(iv), box: base64(box) }));
  };
  const open = async name => {
    const { owner: whose, at, iv, box } = JSON.parse(sessionStorage.getItem(name));
    if (Date.now() - at > LONGEST) return sessionStorage.removeItem(name);
    if (whose !== owner) return undefined; // another account's, or of before a log-out: nobody reads it here
    const how = { name: 'AES-GCM', iv: bytes(iv), additionalData: utf8(name.slice(PREFIX.length)) };
    const entry = JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, await secret, bytes(box))));
    return entries.set(entry.key, entry);
  };
  const drop = key => { entries.delete(key); sessionStorage.removeItem(PREFIX + key); };
  const ordered = state => [...entries.values()].filter(entry => entry.state === state).sort((one, other) => one.at - other.at);

  // --- Sent until there is an answer ---
  const token = () => document.querySelector('[name=csrfmiddlewaretoken]').value;
  const body = entry => new URLSearchParams([...entry.fields, ['csrfmiddlewaretoken', token()]]);
  const send = async entry => {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(entry.url, { method: 'POST', headers: { 'X-Kept': owner }, signal, body: body(entry) });
    if (answer.status === 401) throw new Error('session');
    if (answer.status === 429 || answer.status >= 500) throw new Error('service');
    const to = answer.headers.get('X-Location');
    return to ? { to: new URL(to, entry.url).href } : { html: await answer.text() };
  };
  const go = to => { // a place on this very page would not be asked for
    if (!to.includes('#') || to.split('#')[0] !== location.href.split('#')[0]) return location.assign(to);
    history.replaceState(null, '', to);
    return location.reload();
  };
  // The answer is a page: nothing was written, so it is asked for once more, by the browser itself, which shows it.
  const ask = async entry => {
    entry.state = 'shown';
    await store(entry);
    const form = element('form', { method: 'post', action: entry.url, hidden: '' });
    body(entry).forEach((value, name) => form.append(element('input', { type: 'hidden', name, value })));
    document.body.append(form);
    form.submit();
  };
  const refuse = entry => { entry.state = 'refused'; return store(entry); };
  // Whether the page goes on.
  const settle = async (entry, answer) => {
    const here = live.get(entry.key);
    live.delete(entry.key);
    if (!entries.has(entry.key)) return true;
    if (here && here.show) {
      if (await here.show(answer)) drop(entry.key);
      else { unlock(here.form); await refuse(entry); }
    } else if (answer.to) {
      drop(entry.key);
      if (here) { go(answer.to); return false; }
      done.push({ ...entry, to: answer.to });
    } else if (here) { await ask(entry); return false; } else await refuse(entry);
    return true;
  };
  let busy = false;
  let failures = 0;
  let again = 0;
  let why = '';
  const flush = async () => { // in the order in which it was typed: a call's contacts come before its outcome
    if (busy) return;
    busy = true;
    clearTimeout(again);
    const slow = setTimeout(() => { why = why || 'slow'; render(); }, SLOW);
    let goesOn = true;
    try {
      for (let entry; goesOn && (entry = ordered('waiting')[0]);) {
        const answer = await send(entry);
        failures = 0;
        why = '';
        goesOn = await settle(entry, answer);
      }
    } catch (error) {
      why = ['session', 'service'].includes(error.message) ? error.message : 'network';
      live.forEach(({ form }) => lock(form));
      again = setTimeout(flush, Math.min(SELDOM, 2000 * 2 ** failures));
      failures += 1;
    }
    clearTimeout(slow);
    busy = false;
    render();
  };

  // --- The form on the page ---
  const lock = form => { form.inert = true; form.style.opacity = '.55'; };
  const unlock = form => { form.inert = false; form.style.opacity = ''; release(form); };
  const bare = label => [...label.childNodes].filter(node => node.nodeType === 3).map(node => node.data).join('').trim();
  const chosen = field => (/^(radio|checkbox)$/.test(field.type) ? field.checked : field.value && field.type !== 'hidden');
  const said = form => [...form.elements].filter(field => field.name && field.labels && field.labels.length && chosen(field)).map(field => {
    const label = bare(field.labels[0]) || field.labels[0].innerText.trim();
    const group = field.closest('fieldset');
    if (field.type === 'checkbox' || (field.type === 'radio' && !group)) return [label, 'oui'];
    if (field.type === 'radio') return [group.querySelector('legend').innerText.replace(/\s*\*$/, ''), label];
    return [label, field.options ? field.selectedOptions[0].text : field.value];
  });
  const carry = (form, submitter, show) => {
    const key = form.elements.idempotency_key.value;
    const action = (submitter && submitter.getAttribute('formaction')) || form.getAttribute('action') || '';
    const url = new URL(action, location.href).href;
    const fields = [...new FormData(form, submitter)].filter(([name]) => name !== 'csrfmiddlewaretoken');
    const entry = { key, url, fields, at: Date.now(), title: document.title.split(' – ')[0], said: said(form), state: 'waiting' };
    if (!able) { // only what is shown within the page comes here
      fetch(url, { method: 'POST', body: body(entry) }).then(answer => answer.text()).then(html => show({ html }))
        .then(shown => { if (!shown) location.assign(url); }).catch(() => release(form));
    } else if (!live.has(key)) { // pressed twice: its answer is awaited
      entries.set(key, entry);
      live.set(key, { form, show });
      store(entry).catch(() => {}).then(flush); // without room in the tab it still waits in the page
    }
  };

  // --- What is said of it, at the foot of the window; styled here: without network no other sheet can come ---
  const element = (name, attributes, ...inside) => {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([attribute, value]) => made.setAttribute(attribute, value));
    made.append(...inside);
    return made;
  };
  const button = (label, act, css = 'btn alt small') => {
    const made = element('button', { type: 'button', class: css }, label);
    made.addEventListener('click', act);
    return made;
  };
  const box = element('div', { class: 'stack no-print', role: 'status' });
  Object.assign(box.style, { position: 'sticky', bottom: '.5rem', zIndex: 2, maxHeight: '75vh', overflow: 'auto' });
  let leaving = null; // the form of the log-out that was held back
  const note = (kind, text, ...more) => element('div', { class: `msg ${kind}` }, element('div', {}, element('b', {}, text), ...more));
  const clock = entry => new Date(entry.at).toLocaleTimeString('fr-FR', { hour: '2-digit', minute: '2-digit' });
  const acts = (...buttons) => element('p', { class: 'row gap-s' }, ...buttons);
  const giveUp = () => live.forEach(({ form }, key) => { drop(key); live.delete(key); unlock(form); form.querySelector('button').focus(); });
  const CAUSES = { network: 'Pas de connexion.', service: 'Le service ne répond pas.', session: 'Votre session est terminée.' };
  const waits = count => {
    if (why === 'slow') return note('info', 'Envoi en cours : le réseau est lent.');
    const what = count > 1 ? `Vos ${count} saisies sont gardées sur cet appareil et partiront` : 'Votre saisie est gardée sur cet appareil et partira';
    if (why === 'session') {
      const login = `${document.getElementById('session').dataset.login}?suite=${encodeURIComponent(location.pathname)}`;
      return note('warn', CAUSES.session, ` ${what} une fois, dès que vous serez reconnecté avec le même compte.`, acts(element('a', { class: 'btn small', href: login }, 'Se reconnecter')));
    }
    const retry = button('Réessayer', () => { failures = 0; flush(); });
    return note('warn', CAUSES[why], ` ${what} une fois, dès le retour du réseau.`, acts(...(live.size ? [button('Modifier ma saisie', () => { giveUp(); render(); })] : []), retry));
  };
  const refused = entry => {
    const words = element('dl', { class: 'facts' }, ...entry.said.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))));
    const text = element('details', { class: 'gap-s' }, element('summary', {}, 'Ma saisie'), words);
    const erase = button('L’effacer', () => { drop(entry.key); render(); }, 'btn txt small');
    return note('warn', `Votre saisie de ${clock(entry)} n’a pas pu être enregistrée telle quelle.`, ` ${entry.title}`, text, acts(button('La revoir', () => ask(entry)), erase));
  };
  const left = form => note('warn', 'Une saisie n’est pas encore partie.', ' Se déconnecter l’efface de cet appareil.', acts(
    button('Rester connecté', () => { leaving = null; render(); }, 'btn small'),
    button('Effacer et se déconnecter', () => form.requestSubmit()),
  ));
  const render = () => {
    const waiting = ordered('waiting');
    box.replaceChildren(
      ...done.map(entry => note('ok', `Votre saisie de ${clock(entry)} est enregistrée.`, ` ${entry.title} `, element('a', { href: entry.to }, 'Voir'))),
      ...ordered('refused').map(refused),
      ...(leaving ? [left(leaving)] : waiting.length && why ? [waits(waiting.length)] : []),
    );
  };

  // --- The page ---
  const forget = () => { stored().forEach(name => sessionStorage.removeItem(name)); entries.clear(); };
  const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('kept') : null;
  if (tabs) tabs.onmessage = () => { forget(); render(); }; // logged out in another tab
  const out = document.querySelector('[data-out]');
  if (out) out.addEventListener('submit', event => {
    if (entries.size && !leaving) {
      event.preventDefault();
      event.stopImmediatePropagation();
      leaving = out;
      return render();
    }
    forget();
    return tabs && tabs.postMessage('out');
  });
  const offline = document.querySelector('[data-waits]'); // the page of the installed portal
  if (offline && stored().length) {
    offline.hidden = false;
    addEventListener('online', () => location.reload());
  }
  const [way] = performance.getEntriesByType('navigation');
  const cameBack = entry => new URL(entry.url).pathname === location.pathname && (!way || way.type !== 'back_forward') && document.querySelector('[name=idempotency_key]');
  const begin = async () => {
    for (const name of stored()) await open(name).catch(() => sessionStorage.removeItem(name));
    for (const entry of ordered('shown')) if (cameBack(entry)) drop(entry.key); else await refuse(entry);
    if (ordered('waiting').length) await flush();
    render();
  };
  if (able) {
    document.querySelector('main > .wrap').append(box);
    addEventListener('submit', event => {
      const form = event.target;
      if (event.defaultPrevented || !form.elements.idempotency_key || form.querySelector('[type=password]')) return;
      event.preventDefault();
      carry(form, event.submitter);
    });
    addEventListener('online', () => { failures = 0; flush(); });
    begin();
  }
  return { carry };
})();
