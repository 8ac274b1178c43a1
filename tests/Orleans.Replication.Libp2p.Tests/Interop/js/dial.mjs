// What the node does as a dialler. Each takes the node and the arguments of a command, and returns what is to be answered.
import { createHash, randomBytes } from 'node:crypto'
import { multiaddr } from '@multiformats/multiaddr'
import { manyStreams } from './node.mjs'
import { read } from './read.mjs'
import { bigEndian, sendZeros } from './serve.mjs'

const open = async (node, address, protocol) => await node.dialProtocol(multiaddr(address), protocol, manyStreams)

export const commands = {
  async connect (node, { address }) {
    const connection = await node.dial(multiaddr(address))
    return { remotePeer: connection.remotePeer.toString(), multiplexer: connection.multiplexer, encryption: connection.encryption }
  },

  // Serves one protocol more and tells the peers, those that said by identify that they want to be told.
  async push (node, { address, protocol }) {
    const connection = await node.dial(multiaddr(address))
    await node.services.identify.identify(connection)
    await node.handle(protocol, () => {})
    await node.services.identifyPush.push()
    return {}
  },

  // What the node has heard of a peer by identify push.
  async heard (node, { peerId }) {
    for (const peer of await node.peerStore.all()) {
      if (peer.id.toString() === peerId) {
        return { protocols: peer.protocols, listenAddresses: peer.addresses.map(({ multiaddr }) => multiaddr.toString()), certified: peer.addresses.every(({ isCertified }) => isCertified) }
      }
    }
    return { protocols: [], listenAddresses: [], certified: false }
  },

  async ping (node, { address }) {
    return { milliseconds: await node.services.ping.ping(multiaddr(address)) }
  },

  async identify (node, { address }) {
    const connection = await node.dial(multiaddr(address))
    const result = await node.services.identify.identify(connection)
    return {
      peerId: result.peerId.toString(),
      agentVersion: result.agentVersion,
      protocols: result.protocols,
      listenAddresses: result.listenAddrs.map(String)
    }
  },

  async echo (node, { address, bytes, streams = 1 }) {
    await node.dial(multiaddr(address))
    const mismatches = await Promise.all(Array.from({ length: streams }, async () => {
      const stream = await open(node, address, '/echo/1.0.0')
      const sent = randomBytes(bytes)
      const [received] = await Promise.all([hashAll(stream), sendAll(stream, sent)])
      return received === createHash('sha256').update(sent).digest('hex') ? 0 : 1
    }))
    return { mismatches: mismatches.reduce((a, b) => a + b, 0) }
  },

  // Sends, finishes its direction, and only then reads the answer.
  async count (node, { address, bytes }) {
    const stream = await open(node, address, '/count/1.0.0')
    await sendAll(stream, randomBytes(bytes))
    return { answer: await readText(stream) }
  },

  // The number that /sink/1.0.0 answers with.
  async sink (node, { address, bytes }) {
    const stream = await open(node, address, '/sink/1.0.0')
    await sendZeros(stream, bytes)
    await stream.close()
    const answer = await readAll(stream)
    return { length: answer.byteLength, count: Number(new DataView(answer.buffer).getBigUint64(0)) }
  },

  // How much /perf/1.0.0 sends, and how much of it is not zero.
  async perf (node, { address, upload, download }) {
    const stream = await open(node, address, '/perf/1.0.0')
    stream.send(bigEndian(download))
    await sendZeros(stream, upload)
    await stream.close()
    const answer = await readAll(stream)
    return { length: answer.byteLength, notZero: answer.filter((byte) => byte !== 0).length }
  },

  // The other side finishes first; this one sends afterwards.
  async sendAfterEnd (node, { address, bytes }) {
    const stream = await open(node, address, '/listen-only/1.0.0')
    const text = await readText(stream)
    await sendAll(stream, randomBytes(bytes))
    return { read: text.length, status: stream.status }
  },

  // Resets the stream after a first answer.
  async abort (node, { address }) {
    const stream = await open(node, address, '/hold/1.0.0')
    stream.send(new TextEncoder().encode('?'))
    for await (const _ of read(stream)) {
      stream.abort(new Error('told to'))
      break
    }
    return { status: stream.status }
  },

  // Sends and is reset by the other side.
  async beReset (node, { address, protocol = '/abort/1.0.0' }) {
    const stream = await open(node, address, protocol)
    const closed = new Promise((resolve) => stream.addEventListener('close', (event) => resolve(event.error?.name ?? null)))
    stream.send(new TextEncoder().encode('?'))
    return { error: await closed, status: stream.status }
  }
}

async function sendAll (stream, bytes) {
  const piece = 64 * 1024
  for (let at = 0; at < bytes.byteLength; at += piece) {
    if (!stream.send(bytes.subarray(at, at + piece))) {
      await stream.onDrain()
    }
  }
  await stream.close()
}

async function hashAll (stream) {
  const hash = createHash('sha256')
  for await (const chunk of read(stream)) {
    hash.update(chunk)
  }
  return hash.digest('hex')
}

async function readAll (stream) {
  const chunks = []
  for await (const chunk of read(stream)) {
    chunks.push(Uint8Array.from(chunk))
  }
  return Uint8Array.from(Buffer.concat(chunks))
}

async function readText (stream) {
  let text = ''
  for await (const chunk of read(stream)) {
    text += new TextDecoder().decode(chunk)
  }
  return text
}
