// A real OpenID provider (npm oidc-provider), to try dmp-auth against an implementation that is not ours.
//
//   npm ci && node server.mjs [port]        prints "ready http://127.0.0.1:<port>" when it answers
//
// The client `lps` gets by client_credentials, for the resource `urn:dmp`, an access token that is a JWT with claims in
// the shape of Pro Santé Connect. `POST /rotate` makes it sign with its second key; both are published.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const resource = 'urn:dmp';
const jwk = (kid, alg, type, options) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig',
});
const keys = [jwk('first', 'RS256', 'rsa', { modulusLength: 2048 }), jwk('second', 'ES256', 'ec', { namedCurve: 'P-256' })];
const algorithms = ['RS256', 'ES256'];
let current = 0;

const claims = {
  SubjectNameID: '899700900014', preferred_username: '899700900014', given_name: 'Jeanne', family_name: 'MODÈLE',
  SubjectRole: ['10^1.2.250.1.213.1.1.5.5', 'SM26^1.2.250.1.71.4.2.5'],
  SubjectOrganizationID: '499700900014001', SubjectOrganization: 'Cabinet du docteur Modèle',
  Secteur_Activite: 'SA07^1.2.250.1.71.4.2.4', Palier_Authentification: 'APPPRIP3^1.2.250.1.213.1.5.1.1.1',
  Acces_Regulation_Medicale: 'FAUX',
};

function provider(issuer) {
  return new Provider(issuer, {
    jwks: { keys },
    clients: [{
      client_id: 'lps', client_secret: 'a-secret-of-the-tests-only', grant_types: ['client_credentials'],
      redirect_uris: [], response_types: [], token_endpoint_auth_method: 'client_secret_basic',
    }],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'dmp', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 600,
          jwt: { sign: { alg: algorithms[current], kid: keys[current].kid } },
        }),
      },
    },
    extraTokenClaims: () => ({ ...claims, sub: 'f:psc:899700900014' }),
    cookies: { keys: ['tests'] },
  });
}

let answer = (request, response) => response.writeHead(503).end();
const server = createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/rotate') {
    current = 1 - current;
    response.end(`${keys[current].kid}\n`);
  } else {
    answer(request, response);
  }
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  answer = provider(issuer).callback();
  console.log(`ready ${issuer}`);
});
