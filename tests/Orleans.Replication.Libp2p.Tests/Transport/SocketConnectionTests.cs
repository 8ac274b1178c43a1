using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Tests.Support;
using Orleans.Replication.Libp2p.Transport;

namespace Orleans.Replication.Libp2p.Tests.Transport;

public sealed class SocketConnectionTests : IAsyncLifetime
{
    private SocketConnection _first = null!;
    private SocketConnection _second = null!;

    public async ValueTask InitializeAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _first = new SocketConnection(await TcpDialer.ConnectAsync((IPEndPoint)listener.LocalEndPoint!, default));
        _second = new SocketConnection(await listener.AcceptAsync());
    }

    public ValueTask DisposeAsync()
    {
        _first.Dispose();
        _second.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Bytes_arrive_in_order_whatever_is_left_unconsumed()
    {
        var sent = RandomNumberGenerator.GetBytes(3_000_000);
        var sending = Task.Run(async () =>
        {
            foreach (var chunk in sent.Chunk(77_777))
                await _first.Output.WriteAsync(chunk);
        });

        // Consumes odd amounts and looks at everything, so that the buffer wraps, moves and grows.
        var received = new ArrayBufferWriter<byte>();
        while (received.WrittenCount < sent.Length)
        {
            var result = await _second.Input.ReadAsync().InTimeAsync("bytes arrive");
            var consumed = received.WrittenCount + result.Buffer.Length == sent.Length ? result.Buffer.Length : result.Buffer.Length / 3;
            received.Write(result.Buffer.Slice(0, consumed).ToArray());
            _second.Input.AdvanceTo(result.Buffer.GetPosition(consumed), result.Buffer.End);
        }

        await sending.InTimeAsync("everything is sent");
        Assert.Equal(sent, received.WrittenSpan.ToArray());
    }

    [Fact]
    public async Task What_was_seen_but_not_examined_is_given_again_at_once()
    {
        await _first.Output.WriteAsync(new byte[] { 1, 2, 3 });
        var result = await _second.Input.ReadAtLeastAsync(3).InTimeAsync("bytes arrive");
        _second.Input.AdvanceTo(result.Buffer.GetPosition(1));

        Assert.True(_second.Input.TryRead(out var again));
        Assert.Equal([2, 3], again.Buffer.ToArray());
        _second.Input.AdvanceTo(again.Buffer.Start, again.Buffer.End);
        Assert.False(_second.Input.TryRead(out _));
    }

    [Fact]
    public async Task A_pending_read_can_be_cancelled_and_nothing_is_lost()
    {
        var reading = _second.Input.ReadAsync().AsTask();
        _second.Input.CancelPendingRead();
        var cancelled = await reading.InTimeAsync("the read is cancelled");
        Assert.True(cancelled.IsCanceled);
        _second.Input.AdvanceTo(cancelled.Buffer.Start);

        using var cancellation = new CancellationTokenSource();
        var second = _second.Input.ReadAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        await _first.Output.WriteAsync(new byte[] { 5 });
        Assert.Equal([5], await _second.Input.ReadExactlyAsync(1));
    }

    [Fact]
    public async Task The_other_ends_close_is_the_end()
    {
        await _first.Output.WriteAsync(new byte[] { 1 });
        _first.Dispose();

        Assert.Equal([1], await _second.Input.ReadToEndAsync());
    }

    [Fact]
    public async Task An_abort_fails_a_pending_read_with_a_connection_reset()
    {
        var reading = _second.Input.ReadAsync().AsTask();
        _second.Abort();

        await Assert.ThrowsAsync<ConnectionResetException>(() => reading.InTimeAsync("the read fails"));
    }

    [Fact]
    public async Task After_a_flush_that_was_given_up_nothing_more_is_sent()
    {
        using var cancellation = new CancellationTokenSource();
        var flush = _first.Output.WriteAsync(new byte[50_000_000], cancellation.Token).AsTask(); // More than the system takes.
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.InTimeAsync("the flush ends"));

        await Assert.ThrowsAsync<IOException>(() => _first.Output.WriteAsync(new byte[1]).InTimeAsync("the next flush ends"));
    }
}
