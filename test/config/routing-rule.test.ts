import { expect } from 'chai';
import fc from 'fast-check';
import { formatRoutingRule, readRoutingRule } from '../../src/lib/config/routing-rule.js';

describe('routing rules', () => {
  const read: readonly [text: Parameters<typeof readRoutingRule>[0], canonical: string][] = [
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['FD00:0::/64', 'fd00::/64'],
    ['10.0.0.0/8 tcp', '10.0.0.0/8 tcp'],
    ['10.0.0.0/8 udp 53', '10.0.0.0/8 udp 53'],
    ['10.0.0.0/8 tcp 80-443', '10.0.0.0/8 tcp 80-443'],
    ['10.0.0.0/8 tcp 80,443,8000-8999', '10.0.0.0/8 tcp 80,443,8000-8999'],
    ['10.0.0.0/8 tcp 443-443', '10.0.0.0/8 tcp 443'],
    ['10.0.0.0/8 icmp', '10.0.0.0/8 icmp'],
    [{ to: '10.0.0.0/8' }, '10.0.0.0/8'],
    [{ to: '10.0.0.0/8', protocol: 'tcp', ports: 443 }, '10.0.0.0/8 tcp 443'],
    [{ to: '10.0.0.0/8', protocol: 'udp', ports: '1-65535' }, '10.0.0.0/8 udp 1-65535'],
  ];
  for (const [declared, canonical] of read) {
    it(`reads ${JSON.stringify(declared)} as ${canonical}`, () => {
      const reading = readRoutingRule(declared);
      expect(reading.ok && formatRoutingRule(reading.rule)).to.equal(canonical);
    });
  }

  const refused: readonly [text: Parameters<typeof readRoutingRule>[0], why: RegExp, suggestion?: string][] =
    [
      ['', /destination/],
      ['10.0.0.1/8', /host bits/, '10.0.0.0/8'],
      ['10.0.0.1', /no prefix length/, '10.0.0.1/32'],
      ['10.0.0.5/8 tcp 80', /host bits/, '10.0.0.0/8 tcp 80'],
      ['tcp 10.0.0.0/8', /does not begin with its destination/, '10.0.0.0/8 tcp'],
      ['TCP 443', /does not begin with its destination/, '0.0.0.0/0 tcp 443'],
      ['443 tcp 10.0.0.0/8', /destination/, '10.0.0.0/8 tcp 443'],
      ['10.0.0.0/8 443/udp', /protocol/, '10.0.0.0/8 udp 443'],
      ['10.0.0.0/8 tcp:80', /protocol/, '10.0.0.0/8 tcp 80'],
      ['10.0.0.0/8 tcp 80:443', /ports that are none/, '10.0.0.0/8 tcp 80-443'],
      ['10.0.0.0/8 icmp 80', /ICMP has not/],
      ['10.0.0.0/8 sctp 80', /protocol/],
      ['10.0.0.0/8 TCP 80', /protocol/, '10.0.0.0/8 tcp 80'],
      ['10.0.0.0/8 80', /protocol/, '10.0.0.0/8 tcp 80'],
      ['10.0.0.0/8 tcp 0', /ports that are none/],
      ['10.0.0.0/8 tcp 65536', /ports that are none/],
      ['10.0.0.0/8 tcp 080', /ports that are none/],
      ['10.0.0.0/8 tcp 443-80', /ends before it begins/],
      ['10.0.0.0/8 tcp 80-', /ports that are none/],
      ['10.0.0.0/8 tcp ', /ports that are none/],
      ['10.0.0.0/8  tcp', /protocol/, '10.0.0.0/8 tcp'],
      ['10.0.0.0/8 tcp 80 443', /no routing rule/],
      [' 10.0.0.0/8', /destination/],
      ['10.0.0.0/8\ttcp', /destination/],
      ['10.0.0.0/8\n', /destination/],
      ['$(reboot)', /destination/],
      ['10.0.0.0/8;reboot', /destination/],
      ['--help', /destination/],
      ['10.0.0.0/8 tcp 80;reboot', /ports that are none/],
      [
        `10.0.0.0/8 tcp ${Array.from({ length: 16 }, (_, port) => String(port + 1)).join(',')}`,
        /more than 15/,
      ],
      [{ to: '10.0.0.0/8', ports: 80 }, /ports without a protocol/],
      [{ to: '10.0.0.0/8', protocol: 'icmp', ports: 8 }, /ICMP has not/],
    ];
  for (const [declared, why, suggestion] of refused) {
    it(`refuses ${JSON.stringify(declared).slice(0, 60)}`, () => {
      const reading = readRoutingRule(declared);
      expect(reading).to.include({ ok: false, ...(suggestion === undefined ? {} : { suggestion }) });
      expect(reading.ok ? '' : reading.why).to.match(why);
    });
  }

  it('are read again as themselves from their own text', () => {
    const port = fc.integer({ min: 1, max: 65_535 });
    const range = fc.tuple(port, port).map(([a, b]) => `${String(Math.min(a, b))}-${String(Math.max(a, b))}`);
    const ports = fc.array(range, { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('tcp', 'udp'), ports, (ip, protocol, ranges) => {
        const first = readRoutingRule(`${ip}/32 ${protocol} ${ranges.join(',')}`);
        fc.pre(first.ok);
        expect(readRoutingRule(formatRoutingRule(first.rule))).to.deep.equal(first);
      }),
    );
  });

  it('are nothing but digits, dots, colons and words we know, whatever a label says', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...'0123456789./: -,tcpudim'.split('')) }),
        ),
        text => {
          const reading = readRoutingRule(text);
          if (reading.ok)
            expect(formatRoutingRule(reading.rule)).to.match(
              /^[0-9a-f.:]+\/\d+(?: (?:tcp|udp|icmp)(?: [\d,-]+)?)?$/,
            );
        },
      ),
      { numRuns: 5000 },
    );
  });
});
