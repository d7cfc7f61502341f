import { expect } from 'chai';
import { type Address, parseEndpointUrl, redactUrl } from '../../../src/lib/docker/endpoint/endpoint-url.js';
import { UsageError } from '../../../src/lib/model/errors.js';

const origin = 'from DOCKER_HOST';

function refusal(text: string): string {
  try {
    parseEndpointUrl(text, origin);
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error(`accepted: ${text}`);
}

describe('the URL of an endpoint', () => {
  const accepted: readonly (readonly [string, Address])[] = [
    ['unix:///var/run/docker.sock', { kind: 'unix', path: '/var/run/docker.sock' }],
    ['unix:///a b/ü.sock', { kind: 'unix', path: '/a b/ü.sock' }],
    [' unix:///x.sock\n', { kind: 'unix', path: '/x.sock' }],
    ['tcp://host:2375', { kind: 'tcp', scheme: 'tcp', host: 'host', port: 2375 }],
    ['TCP://host:2375/', { kind: 'tcp', scheme: 'tcp', host: 'host', port: 2375 }],
    ['host:2375', { kind: 'tcp', scheme: 'tcp', host: 'host', port: 2375 }],
    ['host', { kind: 'tcp', scheme: 'tcp', host: 'host' }],
    [':2375', { kind: 'tcp', scheme: 'tcp', host: 'localhost', port: 2375 }],
    ['tcp://', { kind: 'tcp', scheme: 'tcp', host: 'localhost' }],
    ['tcp://[::1]:2375', { kind: 'tcp', scheme: 'tcp', host: '::1', port: 2375 }],
    ['tcp://[2001:db8::1]', { kind: 'tcp', scheme: 'tcp', host: '2001:db8::1' }],
    ['http://10.0.0.1', { kind: 'tcp', scheme: 'http', host: '10.0.0.1' }],
    [
      'https://build_host.example:443',
      { kind: 'tcp', scheme: 'https', host: 'build_host.example', port: 443 },
    ],
    ['ssh://host', { kind: 'ssh', host: 'host' }],
    ['ssh://host/', { kind: 'ssh', host: 'host' }],
    ['ssh://me@host:2222', { kind: 'ssh', user: 'me', host: 'host', port: 2222 }],
    ['ssh://me%40corp@host', { kind: 'ssh', user: 'me@corp', host: 'host' }],
    ['ssh://me@corp@host', { kind: 'ssh', user: 'me@corp', host: 'host' }],
    ['ssh://[fe80::1%eth0]:22', { kind: 'ssh', host: 'fe80::1%eth0', port: 22 }],
    ['ssh://h/run/user/1000/docker.sock', { kind: 'ssh', host: 'h', path: '/run/user/1000/docker.sock' }],
  ];
  for (const [text, address] of accepted) {
    it(`reads ${JSON.stringify(text)}`, () => {
      expect(parseEndpointUrl(text, origin)).to.deep.equal(address);
    });
  }

  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /An empty text \(from DOCKER_HOST\)/],
    ['/var/run/docker.sock', /unix:\/\/ before its path/],
    ['unix://', /must be absolute/],
    ['unix://var/run/docker.sock', /three slashes/],
    ['unix://@abstract', /abstract sockets/],
    ['unix:///a\0b', /NUL/],
    ['npipe:////./pipe/docker_engine', /Windows/],
    ['fd://', /where an engine listens/],
    ['ftp://host', /not a way to reach/],
    ['tcp://host:0', /not a number from 1/],
    ['tcp://host:65536', /not a number from 1/],
    ['tcp://host:abc', /not a number from 1/],
    ['tcp://host:', /not a number from 1/],
    ['tcp://::1:2375', /in brackets/],
    ['tcp://[::g]:2375', /not an IPv6 address/],
    ['tcp://[fe80::1%eth0]:2375', /zone/],
    ['tcp://host:1/v2', /path after the port/],
    ['tcp://host:1?x', /form host:port/],
    ['tcp://-x:1', /not a host name/],
    ['tcp://a b:1', /not a host name/],
    ['tcp://me@host:1', /only for ssh/],
    ['ssh://', /host is missing/],
    ['ssh://me:secret@host', /password is not supported/],
    ['ssh://-oProxyCommand=x@host', /user name may/],
    ['ssh://-oProxyCommand=x', /host may/],
    ['ssh://$(id)@host', /user name may/],
    ['ssh://host;id', /host may/],
    ['ssh://host?x=1', /form host:port/],
    ['ssh://h/run/$(id).sock', /path may/],
    ["ssh://h/run/'.sock", /path may/],
    ['ssh://h%2Fx', /host may/],
  ];
  for (const [text, why] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(refusal(text)).to.match(why).and.to.contain('(from DOCKER_HOST)');
    });
  }

  for (const text of [
    'tcp://u:hunter2@host',
    'u:hunter2@host',
    'ssh://u:hunter2@host',
    'ssh://u:hunter2@x@host',
    'tcp://u:a/hunter2@host:1',
    'unix://u:hunter2@host',
    'hunter://u:hunter2@host',
    'tcp://u:hunter2?@host',
    'tcp://:hunter2@host',
  ]) {
    it(`shows no password of ${text}`, () => {
      expect(refusal(text)).not.to.contain('hunter2');
    });
  }

  it('shows control characters as escapes', () => {
    expect(redactUrl('tcp://a\u001b[31m')).to.equal('tcp://a\\e[31m');
  });
});
