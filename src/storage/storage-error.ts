/** The database cannot be used as things are; the message is for the operator and says what to do about it. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
}
