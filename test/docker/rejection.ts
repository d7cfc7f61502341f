import { assert } from 'chai';
import { FairleadError } from '../../src/lib/model/errors.js';

/** The expected failure of a promise. */
export async function failureOf(promise: Promise<unknown>): Promise<FairleadError> {
  try {
    await promise;
  } catch (error) {
    assert.instanceOf(error, FairleadError);
    return error;
  }
  assert.fail('it did not fail');
}
