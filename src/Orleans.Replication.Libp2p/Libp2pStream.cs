using System.IO.Pipelines;
using Orleans.Replication.Libp2p.Multistream;
using Orleans.Replication.Libp2p.Swarm;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p;

/// <summary>
/// A stream between two peers that speaks one protocol: two pipes that end independently.
/// </summary>
/// <remarks>
/// <c>Output.Complete()</c> or <see cref="CloseWriteAsync"/> ends the writing half; the other half goes on. <c>Output.Complete(error)</c> or
/// <see cref="Reset"/> ends both at once and drops what is under way. Disposing of a stream that was not read to its end resets it as well.
/// A read on a stream that was reset throws a <see cref="Microsoft.AspNetCore.Connections.ConnectionResetException"/>; reads and flushes of one whose protocol
/// the other side refused throw the refusal.
/// Each pipe is for one user at a time.
/// </remarks>
public sealed class Libp2pStream : IDuplexPipe, IDisposable, IAsyncDisposable
{
    private readonly YamuxStream _stream;
    private readonly Task _negotiation;

    /// <summary>A stream whose protocol both sides have agreed on.</summary>
    internal Libp2pStream(YamuxStream stream, Libp2pConnection connection, ProtocolId protocol, ConnectionDirection direction)
    {
        _stream = stream;
        _negotiation = Task.CompletedTask;
        (Connection, Protocol, Direction) = (connection, protocol, direction);
        Input = stream.Input;
        Output = stream.Output;
    }

    /// <summary>A stream whose protocol was proposed and is used before the answer is here.</summary>
    internal Libp2pStream(YamuxStream stream, Libp2pConnection connection, ProtocolId protocol, CancellationTokenSource negotiationTimeout)
    {
        _stream = stream;
        (Connection, Protocol, Direction) = (connection, protocol, ConnectionDirection.Outbound);
        _negotiation = ReadAnswerAsync(negotiationTimeout);
        connection.Background.Run(WaitForNegotiationEndAsync);
        Input = new NegotiatedPipeReader(stream.Input, _negotiation, Abandon);
        Output = stream.Output;
    }

    /// <summary>What the other side sends.</summary>
    public PipeReader Input { get; }

    /// <summary>What this side sends. A flush waits while the other side takes nothing, and fails as a read does when the protocol was refused.</summary>
    public PipeWriter Output { get; }

    /// <summary>What the stream speaks.</summary>
    public ProtocolId Protocol { get; }

    /// <summary>The connection that carries the stream.</summary>
    public Libp2pConnection Connection { get; }

    /// <summary>The peer at the other end, proven.</summary>
    public PeerId RemotePeer => Connection.RemotePeer;

    /// <summary>Which side opened the stream.</summary>
    public ConnectionDirection Direction { get; }

    /// <summary>Cancelled when the stream has ended in both directions, was reset, or its connection was lost.</summary>
    public CancellationToken Closed => _stream.Closed;

    /// <summary>
    /// Waits until the other side has accepted the protocol. At once for inbound streams and those opened with several candidates.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, not the stream.</param>
    /// <exception cref="UnsupportedProtocolException">It has not; whatever was written was thrown away unread.</exception>
    /// <exception cref="NegotiationFailedException">It broke the rules, left, or took too long.</exception>
    public Task WaitForNegotiationAsync(CancellationToken cancellationToken = default) => _negotiation.WaitAsync(cancellationToken);

    /// <summary>
    /// Sends everything written and ends the writing half. On an optimistically opened stream it also waits for the other side to accept the
    /// protocol, so that those who only write learn whether anybody listens.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnsupportedProtocolException">The other side does not serve the protocol; nothing was taken.</exception>
    public async ValueTask CloseWriteAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _stream.CloseWriteAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException) when (!_negotiation.IsCompletedSuccessfully)
        {
            await _negotiation.WaitAsync(cancellationToken).ConfigureAwait(false); // A refusal resets the stream: it is the better answer.
            throw;
        }

        await _negotiation.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends both directions at once without waiting; what was not sent or not read is dropped.</summary>
    /// <param name="code">An error code for the other side, where it understands one.</param>
    public void Reset(uint code = 0) => _stream.Reset(code);

    /// <summary>Ends the stream without waiting: as <see cref="DisposeAsync"/>, but a reset where the protocol is not accepted yet.</summary>
    public void Dispose()
    {
        if (!_negotiation.IsCompleted)
            Abandon();
        _stream.Dispose();
    }

    /// <summary>
    /// Ends the writing half; resets the stream if the other side's half was not read to its end. Waits until the other side has accepted or refused
    /// the protocol, so that what was written is not lost to those who only write; <see cref="Reset"/> first to give that up.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (!_negotiation.IsCompleted)
        {
            await Output.CompleteAsync().ConfigureAwait(false);
            await _negotiation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The protocol and the peer.</summary>
    public override string ToString() => $"{Protocol} {(Direction == ConnectionDirection.Inbound ? "from" : "to")} {RemotePeer}";

    private async Task ReadAnswerAsync(CancellationTokenSource timeout)
    {
        try
        {
            await MultistreamSelect.ReadOptimisticAnswerAsync(_stream.Input, Protocol, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error)
        {
            var late = new NegotiationFailedException($"The other side did not answer the proposal '{Protocol}' in time.", error);
            _stream.Reset((uint)YamuxErrorCode.NegotiationFailed, late);
            throw late;
        }
        catch (Libp2pException error)
        {
            _stream.Reset((uint)YamuxErrorCode.NegotiationFailed, error);
            throw;
        }
        finally
        {
            timeout.Dispose();
        }
    }

    /// <summary>For the connection, which outlives the negotiation; its failure is told to the users of the stream.</summary>
    private async Task WaitForNegotiationEndAsync() => await _negotiation.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Ends an unfinished negotiation: its read fails when the stream is reset.</summary>
    private void Abandon() => _stream.Reset((uint)YamuxErrorCode.Normal);
}
