// The view is the address: #/page?what=is&shown. A link to it shows the same again.

export const PAGES = ["overview", "domains", "leaderboard", "health", "replay"];

export function route() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { page: PAGES.includes(path) ? path : PAGES[0], view: new URLSearchParams(query) };
}

export function hashOf(page, view) {
  const query = view.toString();
  return `#/${page}${query === "" ? "" : `?${query}`}`;
}

/** The view with some of it changed; undefined takes a key away. */
export function changed(view, changes) {
  const next = new URLSearchParams(view);
  for (const [key, value] of Object.entries(changes)) {
    next.delete(key);
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined && each !== "") next.append(key, each);
  }
  return next;
}
