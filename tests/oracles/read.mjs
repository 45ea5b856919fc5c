// Decode many FIT files with Garmin's kit for JavaScript and print one line of JSON for each.
//
//   node read.mjs FOLDER_OF_THE_KIT < PATHS_ONE_A_LINE
//
// Instants become {"unix_ms": number}, so that they cannot be taken for text.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
const { Decoder, Stream } = await import(pathToFileURL(join(folder, "src", "index.js")));

function plain(key, value) {
  const held = this[key]; // what stood there before Date and Error turned into text or nothing
  if (held instanceof Date) return { unix_ms: held.getTime() };
  if (held instanceof Error) return String(held);
  return typeof held === "bigint" ? Number(held) : value;
}

for (const path of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const decoder = new Decoder(Stream.fromByteArray(readFileSync(path)));
  const isFIT = decoder.isFIT();
  const checkIntegrity = decoder.checkIntegrity();
  const { messages, errors } = decoder.read({ includeUnknownData: true });
  console.log(JSON.stringify({ isFIT, checkIntegrity, errors, messages }, plain));
}
