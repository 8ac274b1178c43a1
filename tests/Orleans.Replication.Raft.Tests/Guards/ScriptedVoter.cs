using Microsoft.AspNetCore.Connections;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Guards;

/// <summary>A voter that votes for whoever asks, and does with the log what a test says. It has no log, no timer and no opinion.</summary>
internal sealed class ScriptedVoter : IAsyncDisposable
{
    private readonly IConnectionListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private readonly List<Task> _serving = [];
    private volatile Func<RaftRequest, RaftResponse?> _script;
    private int _answers;

    /// <param name="network">The network that it is on.</param>
    /// <param name="id">Who it is.</param>
    /// <param name="script">What it answers to entries and snapshots; null for nothing at all.</param>
    public ScriptedVoter(TestNetwork network, string id, Func<RaftRequest, RaftResponse?> script)
    {
        _script = script;
        _listener = network.Listen(id, "raft");
        _accepting = AcceptAsync();
    }

    /// <summary>How many entries, heartbeats and parts of snapshots it has answered.</summary>
    public int Answers => Volatile.Read(ref _answers);

    public void Become(Func<RaftRequest, RaftResponse?> script) => _script = script;

    /// <summary>Has everything that it is sent.</summary>
    public static RaftResponse? Accept(RaftRequest request) => request.KindCase switch
    {
        RaftRequest.KindOneofCase.Append => new RaftResponse
        {
            Term = request.Append.Term,
            Result = request.Append.Entries.LastOrDefault()?.Term == request.Append.Term || request.Append.PreviousTerm == request.Append.Term ? 2u : 1u,
            LastIndex = request.Append.PreviousIndex + request.Append.Entries.Count,
        },
        _ => TakeSnapshot(request),
    };

    /// <summary>Lacks what comes before the entries that it is sent.</summary>
    public static RaftResponse? Lack(RaftRequest request) => new() { Term = request.Append.Term };

    /// <summary>Lacks what it is sent entries behind, and takes snapshots.</summary>
    public static RaftResponse? LackAllButSnapshots(RaftRequest request) =>
        request.Append is { PreviousIndex: 0, Entries.Count: 0 } ? new() { Term = request.Append.Term, Result = 1 }
        : request.KindCase == RaftRequest.KindOneofCase.Append ? Lack(request) : TakeSnapshot(request);

    public static RaftResponse? Ignore(RaftRequest request) => null;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _listener.DisposeAsync();
        await _accepting;
        await Task.WhenAll(_serving).ContinueWith(_ => { }, TaskScheduler.Default);
        _stopping.Dispose();
    }

    private static RaftResponse TakeSnapshot(RaftRequest request) => request.KindCase switch
    {
        RaftRequest.KindOneofCase.SnapshotBegin => new() { Term = request.SnapshotBegin.Term, Result = 1 },
        RaftRequest.KindOneofCase.SnapshotChunk => new() { Term = request.SnapshotChunk.Term, Result = 1 },
        _ => new() { Term = request.SnapshotEnd.Term, Result = 2 },
    };

    private async Task AcceptAsync()
    {
        try
        {
            while (await _listener.AcceptAsync(_stopping.Token) is { } connection)
                _serving.Add(ServeAsync(connection));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ServeAsync(ConnectionContext connection)
    {
        await using (connection)
        {
            using var stopping = _stopping.Token.Register(connection.Abort);
            var messages = new MessageStream(connection.Transport, 64 << 20);
            await messages.ReadAsync(Hello.Parser, _stopping.Token);
            while (await messages.ReadAsync(RaftRequest.Parser, _stopping.Token) is { } request)
            {
                if (Answer(request) is not { } response)
                    continue;
                messages.Write(response);
                await messages.FlushAsync(_stopping.Token);
            }
        }
    }

    private RaftResponse? Answer(RaftRequest request)
    {
        switch (request.KindCase)
        {
            case RaftRequest.KindOneofCase.Vote:
                return new RaftResponse { Term = request.Vote.Term, Result = 1 };
            case RaftRequest.KindOneofCase.PreVote:
                return new RaftResponse { Term = request.PreVote.Term, Result = 1 };
            default:
                var response = _script(request);
                if (response is not null)
                    Interlocked.Increment(ref _answers);
                return response;
        }
    }
}
