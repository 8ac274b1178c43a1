using System.Diagnostics.CodeAnalysis;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Access;

/// <summary>One request to one silo: its stream.</summary>
internal sealed class AccessExchange(Libp2pHost host, PeerId peer) : IAsyncDisposable
{
    private Libp2pStream? _stream;
    private MessageStream? _responses;

    /// <summary>Whom it goes to.</summary>
    public PeerId Peer => peer;

    /// <summary>
    /// False as long as the silo cannot have taken the request: there was no connection, or nothing was handed to it.
    /// </summary>
    public bool MayBeTaken { get; private set; }

    /// <summary>Connects where there is no connection.</summary>
    public async ValueTask ConnectAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        _stream = await host.NewStreamAsync(peer, AccessProtocol.Id, limit.Token).ConfigureAwait(false);
        _responses = new MessageStream(_stream.Input.AsStream(leaveOpen: true));
    }

    /// <summary>Sends the request, and waits for the first response.</summary>
    /// <exception cref="InvalidDataException">What came is no response.</exception>
    public async ValueTask<AccessResponse> AskAsync(AccessHello hello, AccessRequest request, CancellationToken cancellationToken)
    {
        var stream = Opened(_stream);
        MayBeTaken = true;
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(stream, MessageStream.Frame(hello, request), answered.Token);
        try
        {
            return await NextAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (UnsupportedProtocolException)
        {
            MayBeTaken = false; // Whatever was written was thrown away unread.
            throw;
        }
        finally
        {
            // A silo that refuses does not read to the end.
            await answered.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for the next response.</summary>
    /// <exception cref="InvalidDataException">What came is no response.</exception>
    /// <exception cref="EndOfStreamException">The silo ended the stream.</exception>
    public async ValueTask<AccessResponse> NextAsync(CancellationToken cancellationToken) =>
        await Opened(_responses).ReadAsync(AccessResponse.Parser, AccessProtocol.MaxResponseBytes, cancellationToken).ConfigureAwait(false)
            ?? throw new EndOfStreamException("The silo ended the stream without an answer.");

    /// <summary>Gives up what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stream is not { } stream)
            return;
        stream.Reset();
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task SendAsync(Libp2pStream stream, byte[] frame, CancellationToken cancellationToken)
    {
        await stream.Output.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        await stream.Output.CompleteAsync().ConfigureAwait(false);
    }

    private static T Opened<T>([NotNull] T? part)
        where T : class => part ?? throw new InvalidOperationException("There is no connection yet.");
}
