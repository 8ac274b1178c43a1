// Reads a stream to its end. The iterator of a js-libp2p 3 stream (`for await (… of stream)`) ends when the other side's end arrives: it drops what is
// still buffered then, and waits for ever when that was before the loop began. The 'end' event has neither problem; but it may come before the negotiation
// of the protocol gives back what it read too far, so that an ended stream can still hold data.
export async function * read (stream) {
  const chunks = []
  let error
  let wake = () => {}
  const on = (event, listener) => stream.addEventListener(event, (e) => {
    listener(e)
    wake()
  })
  on('message', (event) => chunks.push(event.data))
  on('end', () => {})
  on('close', (event) => { error = event.error })

  while (true) {
    while (chunks.length > 0) {
      yield chunks.shift().subarray()
    }
    if (error != null) {
      throw error
    }
    if (stream.readableEnded && stream.readBufferLength === 0) {
      return
    }
    await new Promise((resolve) => { wake = resolve })
  }
}
