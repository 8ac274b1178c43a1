using System.Buffers;

namespace Orleans.Replication.Raft;

/// <summary>
/// How a state or an operation becomes bytes, in the log, on disk and on the wire. Every member uses the same codec. May be called by several threads at once.
/// </summary>
/// <typeparam name="T">What is encoded.</typeparam>
public interface IConsensusCodec<T>
{
    /// <summary>
    /// Writes a value. The same value gives the same bytes on every member: what has no order, a hash table for example, needs one here.
    /// </summary>
    void Encode(T value, IBufferWriter<byte> destination);

    /// <summary>
    /// Reads a value that <see cref="Encode"/> has written. It throws when it meets what it does not know, rather than leave it out: a member that forgets a part of
    /// the state would differ from the others. Such a member goes out of service until its software is updated.
    /// </summary>
    /// <param name="source">The bytes; only valid during the call.</param>
    T Decode(ReadOnlyMemory<byte> source);
}
