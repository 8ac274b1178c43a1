using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// The stream was reset: it ended at once in both directions, and whatever was not read or not sent yet is gone. How much of what was written
/// reached the peer is unknown. The connection and its other streams live on.
/// </summary>
public sealed class StreamResetException : ConnectionResetException
{
    /// <summary>Creates the error.</summary>
    /// <param name="code">The code that the resetting side gave; 0 where it gave none.</param>
    /// <param name="isRemote">Whether the peer reset the stream, rather than this side.</param>
    public StreamResetException(uint code, bool isRemote)
        : base($"The stream was reset by {(isRemote ? "the peer" : "this side")} (code 0x{code:x}).")
    {
        Code = code;
        IsRemote = isRemote;
    }

    /// <summary>The code that the resetting side gave; 0 where it gave none.</summary>
    public uint Code { get; }

    /// <summary>Whether the peer reset the stream, rather than this side.</summary>
    public bool IsRemote { get; }
}
