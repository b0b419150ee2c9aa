// An identity provider for this machine alone: `oidc-provider`, a certified one, with people who are made up.
//
// It takes its settings as JSON in its first argument, {"origin", "port", "algorithm"}: where the one client is, where to
// listen (any free port where that is 0), and what it signs with. When it is ready, it says who it is in one line, {"issuer", "clientId", "clientSecret"}; it
// ends with its standard input, where that is a pipe. Any password does, and whoever signs in as `admin…` is in the group `admins`.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { fstatSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { Provider } from "oidc-provider";

const { origin, port = 0, algorithm = "RS256" } = JSON.parse(process.argv[2]);

// Standard output carries one line and nothing else.
const say = process.stdout.write.bind(process.stdout);
console.info = console.warn = console.log = console.error;

const clientId = "edgeward";
const clientSecret = randomBytes(24).toString("base64url");

function key(algorithm, kind, options) {
  const jwk = generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" });
  return { ...jwk, use: "sig", alg: algorithm, kid: algorithm };
}

function person(login) {
  const name = login.split("@")[0];
  return {
    sub: login,
    email: login.includes("@") ? login : `${login}@example.com`,
    email_verified: true,
    given_name: name.charAt(0).toUpperCase() + name.slice(1),
    family_name: "Example",
    groups: name.startsWith("admin") ? ["admins", "everybody"] : ["everybody"],
  };
}

const server = createServer();
server.listen(port, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${origin}/api/oidc/callback`],
        post_logout_redirect_uris: [`${origin}/sign-in`],
        backchannel_logout_uri: `${origin}/api/oidc/backchannel-logout`,
        backchannel_logout_session_required: true,
        id_token_signed_response_alg: algorithm,
      },
    ],
    jwks: {
      keys: [
        key("RS256", "rsa", { modulusLength: 2048 }),
        key("ES256", "ec", { namedCurve: "P-256" }),
        key("EdDSA", "ed25519"),
      ],
    },
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
    cookies: { keys: [randomBytes(24).toString("base64url")] },
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["given_name", "family_name"],
      groups: ["groups"],
    },
    scopes: ["openid", "email", "profile", "groups"],
    features: { backchannelLogout: { enabled: true }, devInteractions: { enabled: true } },
    pkce: { required: () => true },
    // Its own guard against private addresses would refuse to call back this machine.
    fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
    findAccount: (_, login) => ({ accountId: login, claims: () => person(login) }),
    // Its client is the operator's own: nobody is asked whether it may know who signs in.
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      const known = session.grantIdFor(client.clientId);
      if (known) return await provider.Grant.find(known);
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
  });
  for (const event of ["server_error", "grant.error", "authorization.error", "backchannel.error"]) {
    provider.on(event, (...details) => console.error(event, ...details));
  }
  server.on("request", provider.callback());
  say(`${JSON.stringify({ issuer, clientId, clientSecret })}\n`);
});

// What Node hands to its children is a socket.
if (fstatSync(0).isFIFO() || fstatSync(0).isSocket()) {
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
}
