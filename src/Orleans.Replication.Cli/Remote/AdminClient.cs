using System.IO.Pipelines;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Cli.Remote;

/// <summary>Asks one running silo, over libp2p, which proves each side's peer id to the other.</summary>
internal sealed class AdminClient : IAsyncDisposable
{
    private readonly PeerIdentity _identity;
    private readonly Libp2pHost _host;
    private readonly PeerId _silo;
    private readonly string _token;
    private readonly TimeSpan _timeout;

    private AdminClient(PeerIdentity identity, Libp2pHost host, PeerId silo, string token, TimeSpan timeout)
    {
        _identity = identity;
        _host = host;
        _silo = silo;
        _token = token;
        _timeout = timeout;
    }

    /// <summary>How long the silo may take to answer.</summary>
    public TimeSpan Timeout => _timeout;

    /// <exception cref="AdminException">The silo cannot be reached.</exception>
    public static async Task<AdminClient> ConnectAsync(Multiaddr at, string? identityFile, string token, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (identityFile is not null && !File.Exists(identityFile))
            throw new ArgumentException($"There is no identity '{identityFile}'. Make one with 'orleans-replication keygen --data DIR', and name its peer id in the silo's Administrators.");
        var identity = identityFile is null ? PeerIdentity.Generate() : PeerIdentity.LoadOrCreate(identityFile);
        var host = new Libp2pHost(new Libp2pOptions { Identity = identity, Gater = new PeerAllowList(at.PeerId!.Value) });
        var client = new AdminClient(identity, host, at.PeerId.Value, token, timeout);
        try
        {
            if (identity.PeerId == at.PeerId.Value)
                throw new ArgumentException($"--identity is the key of the silo itself, which does not talk to itself. Use that of an administrator.");
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(timeout);
            await host.ConnectAsync(at, deadline.Token).ConfigureAwait(false);
            return client;
        }
        catch (Exception error) when (error is Libp2pException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw client.Unreachable(at.ToString(), error);
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <exception cref="AdminException">The silo refused, could not do it, or was lost.</exception>
    public Task<AdminResponse> AskAsync(AdminRequest request, CancellationToken cancellationToken) => AskAsync(request, null, cancellationToken);

    /// <summary>Asks for bytes, and puts them where they belong.</summary>
    /// <exception cref="AdminException">The silo refused, could not do it, or was lost.</exception>
    public async Task<AdminResponse> AskAsync(AdminRequest request, Stream? destination, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            deadline.CancelAfter(_timeout);
            var stream = await _host.NewStreamAsync(_silo, new ProtocolId(AdminMessages.ProtocolId), deadline.Token).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            var requests = new AdminMessages(stream.Output.AsStream(leaveOpen: true));
            await requests.WriteAsync(new AdminHello { Version = AdminMessages.Version, Token = _token }, deadline.Token).ConfigureAwait(false);
            await requests.WriteAsync(request, deadline.Token).ConfigureAwait(false);
            await stream.CloseWriteAsync(deadline.Token).ConfigureAwait(false);
            var responses = new AdminMessages(stream.Input.AsStream(leaveOpen: true));
            while (await responses.ReadAsync(AdminResponse.Parser, AdminMessages.MaxMessageBytes, deadline.Token).ConfigureAwait(false) is { } response)
            {
                if (response.KindCase == AdminResponse.KindOneofCase.Failure)
                    throw Failed(response.Failure);
                if (response.KindCase != AdminResponse.KindOneofCase.Chunk)
                    return response;
                if (destination is not null)
                    await destination.WriteAsync(response.Chunk.Memory, deadline.Token).ConfigureAwait(false);

                // As long as it goes on, it may take its time.
                deadline.CancelAfter(_timeout);
            }

            throw new AdminException(ExitCodes.Unavailable, $"Silo {_silo} ended the conversation without an answer. Its log may say why.");
        }
        catch (UnsupportedProtocolException error)
        {
            throw new AdminException(ExitCodes.NotDone, NotServed(), error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AdminException(ExitCodes.Unavailable, $"Silo {_silo} did not answer within {_timeout.TotalSeconds} s (--timeout). It is not known whether it does what was asked.", error);
        }
        catch (Exception error) when (error is Libp2pException or IOException or InvalidDataException)
        {
            throw new AdminException(ExitCodes.Unavailable, $"The connection with silo {_silo} was lost: {error.Message} It is not known whether it does what was asked.", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync().ConfigureAwait(false);
        _identity.Dispose();
    }

    private AdminException Unreachable(string at, Exception error) => new(
        ExitCodes.Unavailable,
        $"The silo at {at} cannot be reached: {error.Message} Is it running, and is peer {_identity.PeerId} among its Administrators or members, or does it have an AdminToken? "
        + "It hangs up on everybody else.",
        error);

    private string NotServed() =>
        $"Silo {_silo} does not serve the admin protocol to peer {_identity.PeerId}. Name that id in its Administrators (--identity says as whom you ask), or set its AdminToken.";

    private static AdminException Failed(Failure failure) => new(
        failure.Kind switch
        {
            FailureKind.Wrong => ExitCodes.WrongArguments,
            FailureKind.Unavailable => ExitCodes.Unavailable,
            _ => ExitCodes.NotDone,
        },
        failure.Message);
}
