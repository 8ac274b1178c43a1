// What the node serves. Everything that a test wants to know beyond what it sees on its stream is told by report(…).
import { manyStreams } from './node.mjs'
import { read } from './read.mjs'

export async function serve (node, report) {
  const handle = async (protocol, handler) => await node.handle(protocol, async (stream) => {
    stream.addEventListener('close', (event) => report({ event: 'closed', protocol, error: event.error?.name ?? null }))
    try {
      await handler(stream)
    } catch (error) {
      report({ event: 'failed', protocol, error: error.name })
    }
  }, manyStreams)

  await handle('/echo/1.0.0', echo)

  // As samples/Echo serves them: the number of bytes, 8 bytes big endian; libp2p perf; a reset at the first byte.
  await handle('/sink/1.0.0', async (stream) => {
    stream.send(bigEndian(await countAll(stream)))
    await stream.close()
  })

  await handle('/perf/1.0.0', async (stream) => {
    const head = []
    for await (const chunk of read(stream)) {
      head.push(...chunk.subarray(0, Math.max(0, 8 - head.length)))
    }
    const wanted = Number(new DataView(Uint8Array.from(head).buffer).getBigUint64(0))
    await sendZeros(stream, wanted)
    await stream.close()
  })

  await handle('/reset/1.0.0', async (stream) => {
    for await (const _ of read(stream)) {
      stream.abort(new Error('told to'))
      return
    }
  })

  // Reads to the end, and only then answers with the number of bytes.
  await handle('/count/1.0.0', async (stream) => {
    const total = await countAll(stream)
    stream.send(new TextEncoder().encode(String(total)))
    await stream.close()
  })

  // Finishes its own direction first and goes on reading.
  await handle('/listen-only/1.0.0', async (stream) => {
    const closing = stream.close()
    report({ event: 'counted', protocol: '/listen-only/1.0.0', bytes: await countAll(stream) })
    await closing
  })

  // Resets the stream at the first bytes.
  await handle('/abort/1.0.0', async (stream) => {
    for await (const _ of read(stream)) {
      stream.abort(new Error('told to'))
      return
    }
  })

  // Says that it is there and then only reads.
  await handle('/hold/1.0.0', async (stream) => {
    stream.send(new TextEncoder().encode('!'))
    await countAll(stream)
  })
}

export async function echo (stream) {
  for await (const chunk of read(stream)) {
    if (!stream.send(chunk)) {
      await stream.onDrain()
    }
  }
  await stream.close()
}

export function bigEndian (number) {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number))
  return bytes
}

export async function sendZeros (stream, count) {
  const piece = 64 * 1024
  for (let at = 0; at < count; at += piece) {
    if (!stream.send(new Uint8Array(Math.min(piece, count - at)))) {
      await stream.onDrain()
    }
  }
}

export async function countAll (stream) {
  let total = 0
  for await (const chunk of read(stream)) {
    total += chunk.byteLength
  }
  return total
}
