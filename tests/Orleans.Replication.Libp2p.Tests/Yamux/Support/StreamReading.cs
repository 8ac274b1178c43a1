using System.Buffers;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>Reads of a whole answer.</summary>
internal static class StreamReading
{
    public static async Task<byte[]> ReadExactlyAsync(this YamuxStream stream, int bytes, CancellationToken cancellation)
    {
        var result = new byte[bytes];
        var filled = 0;
        while (filled < bytes)
        {
            var read = await stream.Input.ReadAsync(cancellation);
            var part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, bytes - filled));
            part.CopyTo(result.AsSpan(filled));
            filled += (int)part.Length;
            stream.Input.AdvanceTo(part.End);
            if (read.IsCompleted && filled < bytes && read.Buffer.Length == part.Length)
                throw new EndOfStreamException($"The stream ended after {filled} of {bytes} bytes.");
        }

        return result;
    }

    public static async Task<byte[]> ReadToEndAsync(this YamuxStream stream, CancellationToken cancellation)
    {
        var all = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await stream.Input.ReadAsync(cancellation);
            foreach (var segment in read.Buffer)
                all.Write(segment.Span);
            stream.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return all.WrittenSpan.ToArray();
        }
    }
}
