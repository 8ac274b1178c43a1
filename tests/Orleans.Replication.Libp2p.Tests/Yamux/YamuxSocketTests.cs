using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Libp2p.Yamux;

namespace Orleans.Replication.Libp2p.Tests.Yamux;

/// <summary>Sessions over real connections.</summary>
public sealed class YamuxSocketTests : IAsyncLifetime
{
    private readonly CancellationToken _cancellation = Deadline.Token();
    private Socket _dialler = null!;
    private Socket _listener = null!;
    private SessionPair _pair = null!;

    public async ValueTask InitializeAsync()
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        server.Listen();
        _dialler = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await _dialler.ConnectAsync(server.LocalEndPoint!, _cancellation);
        _listener = await server.AcceptAsync(_cancellation);
        _pair = SessionPair.Start(Duplex(_dialler), Duplex(_listener));
    }

    public async ValueTask DisposeAsync()
    {
        await _pair.DisposeAsync();
        _dialler.Dispose();
        _listener.Dispose();
    }

    [Fact]
    public async Task A_hundred_streams_at_once_bring_back_every_byte()
    {
        var echoing = EchoAllAsync();
        var sent = RandomNumberGenerator.GetBytes(200_000);

        await Parallel.ForAsync(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (_, _) =>
        {
            await using var stream = await _pair.Dialler.OpenStreamAsync(_cancellation);
            var reading = stream.ReadToEndAsync(_cancellation);
            await stream.Output.WriteAsync(sent, _cancellation);
            await stream.Output.CompleteAsync();
            Assert.Equal(sent, await reading);
        });

        await Deadline.Until(() => _pair.Dialler.StreamCount + _pair.Listener.StreamCount == 0, "the streams to be forgotten");
        await _pair.Dialler.CloseAsync(YamuxErrorCode.Normal);
        await Deadline.Within(echoing, "the echo to end");
        await Deadline.Until(() => _pair.Listener.Closed.IsCancellationRequested, "the listener to see the go-away");
        Assert.Null(_pair.Listener.Error);
    }

    [Fact]
    public async Task Thousands_of_short_streams_leave_nothing_behind()
    {
        _ = EchoAllAsync();
        for (var i = 0; i < 3_000; i++)
        {
            await using var stream = await _pair.Dialler.OpenStreamAsync(_cancellation);
            await stream.Output.WriteAsync(new byte[] { (byte)i }, _cancellation);
            Assert.Equal([(byte)i], await stream.ReadExactlyAsync(1, _cancellation));
        }

        await Deadline.Until(() => _pair.Dialler.StreamCount + _pair.Listener.StreamCount == 0, "the streams to be forgotten");
    }

    [Fact]
    public async Task A_socket_that_is_closed_ends_the_session_and_its_streams()
    {
        var (dialled, accepted) = await _pair.OpenAsync(_cancellation);
        var reading = dialled.Input.ReadAsync(_cancellation).AsTask();

        _listener.Close(0);

        await Assert.ThrowsAsync<ConnectionResetException>(() => Deadline.Within(reading, "the read"));
        await Deadline.Until(() => accepted.Closed.IsCancellationRequested && dialled.Closed.IsCancellationRequested, "both ends to notice");
        Assert.NotNull(_pair.Dialler.Error);
    }

    [Fact]
    public async Task A_span_of_the_output_has_32_KiB_at_least_also_between_small_messages()
    {
        var (dialled, accepted) = await _pair.OpenAsync(_cancellation);
        // All of it is more than a window: without a reader a flush would be right to wait for one.
        var reading = accepted.ReadToEndAsync(_cancellation);
        for (var i = 0; i < 1_000; i++)
        {
            Assert.InRange(dialled.Output.GetSpan().Length, 32 * 1024, int.MaxValue);
            dialled.Output.Advance(333);
            if (i % 7 == 0)
                await dialled.Output.FlushAsync(_cancellation);
        }

        await dialled.Output.CompleteAsync();
        Assert.Equal(333_000, (await reading).Length);
    }

    private async Task EchoAllAsync()
    {
        var echoes = new List<Task>();
        while (await _pair.Listener.AcceptStreamAsync(CancellationToken.None) is { } stream)
        {
            echoes.Add(EchoAsync(stream));
            echoes.RemoveAll(echo => echo.IsCompletedSuccessfully);
        }

        await Task.WhenAll(echoes);
    }

    private static async Task EchoAsync(YamuxStream stream)
    {
        await stream.Input.CopyToAsync(stream.Output, CancellationToken.None);
        await stream.DisposeAsync();
    }

    private static End Duplex(Socket socket)
    {
        var stream = new NetworkStream(socket);
        return new(PipeReader.Create(stream), PipeWriter.Create(stream));
    }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
