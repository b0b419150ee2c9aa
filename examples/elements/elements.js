// Shows on a page what its reader may use, by the permissions that `/api/load-user` gives.
//
// What is hidden is only out of the way: the server decides about every request, whatever a page shows.

/** Whoever is signed in, as `/api/load-user` says it; null if nobody is. */
export async function loadUser() {
  const response = await fetch("/api/load-user");
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(`load-user answered ${response.status}`);
  return await response.json();
}

/** Whether these grants satisfy a permission such as `posts:write`. Wildcards never reach the resource `admin`. */
export function may(grants, permission) {
  if (grants.includes("admin:all") || grants.includes(permission)) return true;
  const [resource, action] = permission.split(":");
  return resource !== "admin" && (grants.includes(`${resource}:*`) || grants.includes(`*:${action}`));
}

/**
 * Shows each element of `root` whose `data-needs` the user satisfies, and hides the others. `data-needs` names one
 * permission, or several with spaces between them, all of which are needed; empty, it asks for a session alone.
 * Nobody who is signed out satisfies any, and neither does anybody while access control is off, which leaves the
 * permissions out.
 */
export function showWhatIsFor(user, root = document) {
  const grants = user?.permissions ?? [];
  for (const element of root.querySelectorAll("[data-needs]")) {
    const needs = element.dataset.needs.split(" ").filter((permission) => permission !== "");
    element.hidden = user === null || !needs.every((permission) => may(grants, permission));
  }
}
