// The genuine validators of Backstage as a filter: one JSON row in, one out. npm install @backstage/catalog-model@1.10.1
const m = require("@backstage/catalog-model");
const policy = m.EntityPolicies.allOf([
  new m.SchemaValidEntityPolicy(),
  new m.DefaultNamespaceEntityPolicy(),
  new m.NoForeignRootFieldsEntityPolicy(),
  new m.FieldFormatEntityPolicy(),
]);
const kinds = ["api", "component", "resource", "group", "location", "user", "system", "domain"];
const validators = kinds.map(kind => m[`${kind}EntityV1alpha1Validator`]);

async function entity(value) {
  try {
    const whole = await policy.enforce(value);
    for (const validator of validators) if (await validator.check(whole)) return true;
  } catch (error) {
    return false;
  }
  return false;
}

(async () => {
  for await (const line of require("readline").createInterface({ input: process.stdin })) {
    const row = JSON.parse(line);
    const answer = "url" in row ? m.CommonValidatorFunctions.isValidUrl(row.url) : await entity(row.entity);
    console.log(JSON.stringify(answer));
  }
})();
