// Fetches the page again every few seconds and carries over what changed, so that scroll, focus, selection and opened
// details stay. Nothing is fetched while nobody looks or while it is paused.
(() => {
  'use strict';
  const every = 5000;
  const parts = ['taken', 'state', 'nav', 'content'];
  const note = document.getElementById('live');
  const pause = document.getElementById('pause');
  let timer, paused = false;

  // morph makes the node like its counterpart of the new page, which is the same.
  function morph(node, next) {
    if (node.nodeType !== Node.ELEMENT_NODE) {
      if (node.data !== next.data) node.data = next.data;
      return;
    }
    for (const { name } of [...node.attributes]) {
      if (!next.hasAttribute(name) && !own(node, name)) node.removeAttribute(name);
    }
    for (const { name, value } of next.attributes) {
      if (node.getAttribute(name) !== value && !own(node, name)) node.setAttribute(name, value);
    }
    let old = node.firstChild;
    for (const child of next.childNodes) {
      const match = counterpart(old, child);
      if (!match) {
        node.insertBefore(document.importNode(child, true), old);
        continue;
      }
      while (old !== match) old = discard(old);
      morph(match, child);
      old = match.nextSibling;
    }
    while (old) old = discard(old);
  }

  // counterpart returns the first node that is the same as the child, from old on: what comes before it has gone from the page. Text
  // has none but at its place.
  function counterpart(old, child) {
    const same = (node) => node.nodeName === child.nodeName && node.id === child.id;
    if (child.nodeType !== Node.ELEMENT_NODE) return old && same(old) ? old : null;
    while (old && !same(old)) old = old.nextSibling;
    return old;
  }

  // discard removes a node and returns the next one.
  function discard(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  // own reports whether the reader decides on the attribute.
  function own(node, name) {
    return name === 'open' && node.nodeName === 'DETAILS';
  }

  async function refresh() {
    clearTimeout(timer);
    if (paused || document.visibilityState !== 'visible') return;
    try {
      const answer = await fetch(location.pathname + location.search, { cache: 'no-store', signal: AbortSignal.timeout(10000) });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (!paused) {
        for (const id of parts) morph(document.getElementById(id), page.getElementById(id));
        local();
      }
      say('');
    } catch {
      say('no answer, trying again');
    }
    clearTimeout(timer);
    timer = setTimeout(refresh, every);
  }

  function say(text) {
    if (note.textContent !== text) note.textContent = text;
  }

  // local writes the time of the page as a clock of the reader shows it.
  function local() {
    const time = document.querySelector('#taken time');
    time.textContent = new Date(time.dateTime).toLocaleTimeString();
  }

  pause.hidden = false;
  pause.addEventListener('click', () => {
    paused = !paused;
    pause.textContent = paused ? 'Resume' : 'Pause';
    refresh();
  });
  document.addEventListener('visibilitychange', refresh);
  local();
  timer = setTimeout(refresh, every);
})();
