import { loadUser, showWhatIsFor } from "./elements.js";

const user = await loadUser();
showWhatIsFor(user);
document.querySelector("#who").textContent = user === null ? "nobody" : user.username;
