using System.Runtime.InteropServices;
using Orleans.Replication.Storage.Records;
using Orleans.Serialization.Buffers.Adaptors;
using Orleans.Storage;

namespace Orleans.Replication.Storage.Provider;

/// <summary>
/// A grain's state on its way into its record and back, by a provider's serializer. One that can write into streams does: a large state is then not held as a text, or as a copy, beside its bytes.
/// The bytes are the same either way.
/// </summary>
internal static class StateStreams
{
    /// <summary>Makes the record of a state.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> WriteAsync<T>(IGrainStorageSerializer serializer, T state, CancellationToken cancellationToken)
    {
        if (serializer is not IGrainStorageStreamingSerializer streaming)
            return GrainRecord.OfState(serializer.Serialize(state).ToMemory().Span);
        var stream = PooledBufferStream.Rent();
        try
        {
            stream.Write(GrainRecord.StateHeader);
            await streaming.SerializeAsync(state, stream, cancellationToken).ConfigureAwait(false);
            return stream.ToArray();
        }
        finally
        {
            PooledBufferStream.Return(stream);
        }
    }

    /// <summary>Reads a state, as <see cref="GrainRecord.TryGetState"/> has found it.</summary>
    public static async ValueTask<T?> ReadAsync<T>(IGrainStorageSerializer serializer, ReadOnlyMemory<byte> state, CancellationToken cancellationToken)
    {
        if (serializer is not IGrainStorageStreamingSerializer streaming || !MemoryMarshal.TryGetArray(state, out var bytes))
            return serializer.Deserialize<T>(new BinaryData(state));
        using var stream = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        return await streaming.DeserializeAsync<T>(stream, cancellationToken).ConfigureAwait(false);
    }
}
