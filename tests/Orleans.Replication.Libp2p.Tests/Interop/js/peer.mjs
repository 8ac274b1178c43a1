// A js-libp2p peer that listens, and dials when it is told to. It speaks JSON, one message per line:
//   out: {"event":"ready","peerId":…,"addresses":[…]} once, then {"event":…} for what happens and {"id":…,"result":…} or {"id":…,"error":…}
//   in:  {"id":1,"do":"echo","address":"/ip4/…/p2p/…","bytes":1}
// Further nodes are started with {"do":"start","name":…,"security":"noise"|"tls","early":true|false}; a command says which one it is for ("node":…).
// It ends when its standard input does, so that it never outlives the tests.
import './polyfill.mjs'
import { createInterface } from 'node:readline'

const { startNode } = await import('./node.mjs')
const { serve } = await import('./serve.mjs')
const { commands } = await import('./dial.mjs')

const report = (message) => process.stdout.write(JSON.stringify(message) + '\n')
const node = await startNode()
await serve(node, report)
report({ event: 'ready', ...describe(node) })
const nodes = new Map([['', node]])

async function start ({ name, ...how }) {
  const further = await startNode(how)
  await serve(further, report)
  nodes.set(name, further)
  return describe(further)
}

function describe (node) {
  return { peerId: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) }
}

const input = createInterface({ input: process.stdin })
input.on('line', async (line) => {
  const { id, do: name, node = '', ...rest } = JSON.parse(line)
  try {
    report({ id, result: name === 'start' ? await start(rest) : await commands[name](nodes.get(node), rest) })
  } catch (error) {
    report({ id, error: `${error.name}: ${error.message}` })
  }
})
input.on('close', () => process.exit(0))
