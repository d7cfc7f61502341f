import { expect } from 'chai';
import { describeBatchFailure } from '../../../src/lib/netns/routing/batch-failure.js';

const lines = [
  'rule add protocol 214 priority 10110 table 21400007',
  'route replace default protocol 214 via 10.0.0.9',
];

/** As iproute2 6.1 and nsenter 2.38 say it. */
const cases: readonly [stderr: string, failure: string, why: RegExp][] = [
  ['RTNETLINK answers: File exists\nCommand failed -:1\n', 'conflict', /"ip rule add.*is there already/],
  ['RTNETLINK answers: No such file or directory\nCommand failed -:1\n', 'conflict', /there no more/],
  [
    'RTNETLINK answers: No such process\nCommand failed -:2\n',
    'conflict',
    /"ip route replace.*there no more/,
  ],
  ['Error: ipv4: FIB table does not exist.\nCommand failed -:2\n', 'conflict', /there no more/],
  ['Error: Nexthop has invalid gateway.\nCommand failed -:2\n', 'refused', /cannot be reached directly/],
  ['RTNETLINK answers: No route to host\nCommand failed -:2\n', 'refused', /cannot be reached directly/],
  ['Cannot find device "eth9"\nCommand failed -:2\n', 'refused', /device is there no more/],
  ['RTNETLINK answers: Operation not permitted\nCommand failed -:1\n', 'privileges', /CAP_NET_ADMIN/],
  ['nsenter: cannot open /proc/self/fd/3: Permission denied\n', 'privileges', /CAP_SYS_ADMIN/],
  [
    'RTNETLINK answers: Invalid \u001b[2Jargument\nCommand failed -:1\n',
    'refused',
    /Invalid \\e\[2Jargument\.$/,
  ],
  ['', 'refused', /container app/],
];

describe('A batch that failed', () => {
  for (const [stderr, failure, why] of cases) {
    it(`is explained by ${JSON.stringify(stderr)}`, () => {
      const error = describeBatchFailure({ name: 'app' }, lines, { exitCode: 1, stdout: '', stderr });
      expect(error.failure).to.equal(failure);
      expect(error.message).to.match(why).and.include('container app');
    });
  }

  it('names no container in a way that reaches the terminal', () => {
    const result = {
      exitCode: 1,
      stdout: '',
      stderr: 'RTNETLINK answers: File exists\nCommand failed -:9\n',
    };
    const { message } = describeBatchFailure({ name: 'a\u001b[31m' }, lines, result);
    expect(message).to.equal('Could not change routing in container a\\e[31m: it is there already.');
  });
});
