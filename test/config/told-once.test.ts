import { expect } from 'chai';
import { loadConfig } from '../../src/lib/config/load.js';
import { problemLines } from '../../src/lib/config/problem-text.js';
import { examineText } from './config-text.js';

async function said(text: string): Promise<string[]> {
  const { problems } = await examineText(text);
  return problems.flatMap(problemLines);
}

describe('What is said of a mistake', () => {
  it('shows a proxy without a blank behind its colon as it was meant', async () => {
    expect(await said('proxies:\n  - container:http-proxy')).to.include('      - { container: http-proxy }');
  });

  it('says of a variable in a key that keys take none', async () => {
    const [line = ''] = await said('networks:\n  ${FOO}_net: {}');
    expect(line).to.include('a key takes no variables').and.to.not.include('did you mean');
  });

  it('says nothing else of a value that lacks a variable', async () => {
    const lines = await said('networks: { a: { external: "${NOPE}_x" } }');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include('the variable NOPE is not set');
  });

  it('recognizes a Compose file', async () => {
    const lines = await said('services: { web: {} }\nversion: "3"');
    expect(lines.every(line => line.includes('looks like a Compose file'))).to.equal(true);
    expect(lines).to.have.length(2);
  });

  it('shows the networks that an attachment lacks', async () => {
    expect(await said('attachments: [{ select: { names: [a] } }]')).to.include('      - backend');
  });

  it('names the flag that is wrong, and no config', async () => {
    const request = {
      workingDirectory: '/nonexistent',
      homeDirectory: '/nonexistent',
      systemDirectory: '/nonexistent',
      env: { FAIRLEAD_FAIL_FAST: 'perhaps' },
    };
    const error: unknown = await loadConfig(request).catch((thrown: unknown) => thrown);
    expect(error)
      .to.have.property('message')
      .that.matches(/^FAIRLEAD_FAIL_FAST: [^:]*\.$/);
  });
});
