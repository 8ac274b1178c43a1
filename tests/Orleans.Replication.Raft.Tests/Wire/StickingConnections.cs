using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Raft.Tests.Wire;

/// <summary>Connections that can get stuck in the middle of a write: half of it is on its way, and the other half waits until the writer gives up.</summary>
internal sealed class StickingConnections(IConnectionFactory inner) : IConnectionFactory
{
    private volatile bool _sticking;

    /// <summary>From now on, every write gets stuck, or none.</summary>
    public bool Sticking
    {
        get => _sticking;
        set => _sticking = value;
    }

    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var connection = await inner.ConnectAsync(endpoint, cancellationToken);
        connection.Transport = new Duplex(connection.Transport.Input, PipeWriter.Create(new StickingStream(this, connection.Transport.Output.AsStream())));
        return connection;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class StickingStream(StickingConnections owner, Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (owner.Sticking)
            {
                await inner.WriteAsync(buffer[..(buffer.Length / 2)], cancellationToken);
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
