// What amelipro connect keeps on the device: the files of the frame and one page without anybody's data. Nothing else is
// ever put into the cache: pages with data come from the network or not at all.
'use strict';
const SHELL = {{ shell_files|tojson }};
const OFFLINE = {{ offline|tojson }};
const NAME = 'shell-' + {{ version|tojson }};

// Without cookies: the page that is kept is the one that a stranger sees.
const fetched = path => fetch(path, { credentials: 'omit', cache: 'reload' });

addEventListener('install', event => event.waitUntil(
  caches.open(NAME)
    .then(cache => Promise.all([OFFLINE, ...SHELL].map(path => fetched(path).then(answer => {
      if (!answer.ok) throw new Error(path);
      return cache.put(path, answer);
    }))))
    .then(() => skipWaiting()),
));

addEventListener('activate', event => event.waitUntil(
  caches.keys()
    .then(names => Promise.all(names.filter(name => name !== NAME).map(name => caches.delete(name))))
    .then(() => clients.claim()),
));

addEventListener('fetch', event => {
  const { request } = event;
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate') {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE).then(page => page || Response.error())));
  } else if (SHELL.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request).then(kept => kept || fetch(request)));
  }
});
