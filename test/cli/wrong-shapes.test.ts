import { expect } from 'chai';
import fc from 'fast-check';
import { runCli } from '../support/cli.js';
import { documentOf, errorShape, misfits, networkListShape } from '../support/json-document.js';
import { mutated, mutations, placesIn } from '../support/mutations.js';
import { changes, shop, withDaemon } from './scenes.js';

const calls = ['GET /version', 'GET /networks', 'GET /containers/json'] as const;

/** The exhaustive run over every field is in test/docker; these are the same through the whole program. */
describe('the program on answers of the wrong shape', () => {
  it('says one clear line or works with what it can read, and never shows what moves a terminal', async () => {
    const valid = shop();
    const places = calls.flatMap(call => {
      const { body } = valid.request('GET', call.slice(4));
      return placesIn(body).map(at => ({ call, body, at }));
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.constantFrom(...mutations),
        async ({ call, body, at }, mutation) => {
          const daemon = shop();
          const answered = { status: 200, body: mutated(body, at, mutation) };
          daemon.intercept = asked => (asked === call ? answered : undefined);
          await withDaemon(daemon, async ({ host }) => {
            const [join, list] = await Promise.all([
              runCli(['proxy', 'join'], { host }),
              runCli(['network', 'list', '--json'], { host }),
            ]);
            expect(join.exitCode, join.stderr).to.be.oneOf([0, 1, 4]);
            if (join.exitCode === 4) {
              expect(join.stdout).to.equal('');
              expect(join.stderr).to.match(
                /^Error: The engine's answer makes no sense: [^\n]+\.\n( {2}[^\n]+\n)*$/,
              );
              expect(changes(daemon)).to.deep.equal([]);
            }
            expect(join.stdout + join.stderr).to.not.match(/Fairlead failed in a way|\n\s+at /);
            expect(join.stdout + join.stderr + list.stdout).to.not.match(/[^\P{Cc}\n]|\p{Cf}/u);
            const document = documentOf(list);
            expect(misfits(document, list.exitCode === 0 ? networkListShape : errorShape)).to.deep.equal([]);
          });
        },
      ),
      { numRuns: 12 },
    );
  });
});
