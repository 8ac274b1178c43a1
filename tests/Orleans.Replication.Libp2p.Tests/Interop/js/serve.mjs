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

export async function countAll (stream) {
  let total = 0
  for await (const chunk of read(stream)) {
    total += chunk.byteLength
  }
  return total
}
