/** Where the JSON Schema of the config is published, for editors. */
export const schemaUrl = 'https://unpkg.com/fairlead/schema/fairlead.schema.json';
