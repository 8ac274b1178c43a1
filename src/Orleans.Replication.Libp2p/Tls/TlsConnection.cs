using System.IO.Pipelines;
using System.Net.Security;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Security;
using Orleans.Replication.Libp2p.Transport;

namespace Orleans.Replication.Libp2p.Tls;

/// <summary>A connection secured by TLS. A flush encrypts everything gathered into records and sends them at once.</summary>
internal sealed class TlsConnection : SecureConnection
{
    private const int PlaintextBufferBytes = 64 * 1024;

    /// <summary>The most plaintext of one record (RFC 8446 §5.1): a read takes a whole one.</summary>
    private const int MaxRecordBytes = 16 * 1024;

    private readonly SslStream _ssl;

    internal TlsConnection(SslStream ssl, PipeStream below, PublicKey remotePublicKey, ProtocolId? earlyMuxer)
        : base(remotePublicKey, earlyMuxer)
    {
        _ssl = ssl;
        Input = new Reader(ssl);
        Output = new Writer(ssl, below);
    }

    public override PipeReader Input { get; }

    public override PipeWriter Output { get; }

    public override void Dispose()
    {
        Input.Complete();
        Output.Complete();
        _ssl.Dispose();
    }

    /// <summary>TLS reports a broken record, an alert, and a connection lost in the middle of a record alike.</summary>
    private static ConnectionResetException Broken(IOException error) => new($"The TLS connection was lost: {error.Message}", error);

    private sealed class Reader(SslStream ssl) : ContiguousPipeReader(PlaintextBufferBytes)
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        protected override async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
        {
            try
            {
                var count = await ssl.ReadAsync(GetFree(MaxRecordBytes), cancellationToken).ConfigureAwait(false);
                if (count > 0)
                    Commit(count);
                return count > 0;
            }
            catch (IOException error) when (error is not ConnectionResetException)
            {
                throw Broken(error);
            }
        }
    }

    private sealed class Writer(SslStream ssl, PipeStream below) : ContiguousPipeWriter(PlaintextBufferBytes)
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        protected override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            try
            {
                await ssl.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                await below.FlushGatheredAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException error) when (error is not ConnectionResetException)
            {
                throw Broken(error);
            }
        }
    }
}
