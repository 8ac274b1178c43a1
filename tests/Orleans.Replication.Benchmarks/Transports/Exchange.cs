using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>
/// What client and server say on a lane: the client sends messages of <see cref="MessageBytes"/>, whose first 8 bytes say how many bytes follow that
/// nobody looks at; the server takes those and sends the message back.
/// </summary>
internal static class Exchange
{
    public const int MessageBytes = 256;

    /// <summary>How much is written to a lane at a time.</summary>
    private const int PieceBytes = 64 * 1024;

    private static readonly byte[] Piece = new byte[PieceBytes];

    /// <summary>Serves one lane until the client ends it.</summary>
    public static async Task ServeAsync(ILane lane, CancellationToken cancellationToken)
    {
        var message = new byte[MessageBytes];
        while (await lane.ReceiveAsync(message, cancellationToken))
        {
            await lane.DiscardAsync(BinaryPrimitives.ReadInt64BigEndian(message), cancellationToken);
            await lane.SendAsync(message, cancellationToken);
        }
    }

    /// <summary>A message there and back. The buffer is the caller's own, so that a round trip allocates nothing here.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask RoundTripAsync(ILane lane, byte[] message, CancellationToken cancellationToken)
    {
        await lane.SendAsync(message, cancellationToken);
        if (!await lane.ReceiveAsync(message, cancellationToken))
            throw new EndOfStreamException("The server ended the lane.");
    }

    /// <summary>Sends so many bytes and waits until the server has taken all of them.</summary>
    public static async Task UploadAsync(ILane lane, long bytes, CancellationToken cancellationToken)
    {
        var message = new byte[MessageBytes];
        BinaryPrimitives.WriteInt64BigEndian(message, bytes);
        await lane.SendAsync(message, cancellationToken);
        for (var left = bytes; left > 0; left -= PieceBytes)
            await lane.SendAsync(Piece.AsMemory(0, (int)Math.Min(left, PieceBytes)), cancellationToken);
        if (!await lane.ReceiveAsync(message, cancellationToken))
            throw new EndOfStreamException("The server ended the lane before it had everything.");
    }
}
