import { expect } from 'chai';
import { commandLineProblem } from '../../src/cli/command-line.js';

describe('A command that is not there', () => {
  it('suggests the one whose name begins with its first word', () => {
    const commands = [{ id: 'validate-config', args: {}, strict: true }];
    expect(commandLineProblem(['validate'], commands)?.hints).to.deep.equal([
      'Did you mean validate-config?',
    ]);
  });
});
