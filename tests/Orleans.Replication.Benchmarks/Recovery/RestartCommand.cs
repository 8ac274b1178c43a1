using System.Buffers.Binary;
using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Replication.Benchmarks.Load;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Benchmarks.Recovery;

/// <summary>
/// <c>restart</c>: how long a member that has written many log entries takes to start again, up to the first linearizable read. A group of one, so that nothing but its own disk
/// counts. The last line is one JSON object.
/// </summary>
internal sealed class RestartCommand : System.CommandLine.Command
{
    private const int Callers = 256;

    // Two of them do not go into one log entry of the least size: each command is an entry of its own.
    private const int BatchBytes = 4 << 10;
    private const int ValueBytes = 2_100;
    private const int Keys = 10_000;

    private readonly Option<DirectoryInfo> _work = new("--work")
    {
        Description = "Where the member keeps its data; emptied first. It should be on a real disk.",
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "orleans-replication-bench")),
    };

    private readonly Option<long> _entries = new("--entries") { Description = "Log entries before the restart.", DefaultValueFactory = _ => 1_000_000 };
    private readonly Option<int> _restarts = new("--restarts") { Description = "How often it is started again.", DefaultValueFactory = _ => 5 };

    public RestartCommand() : base("restart", "Measures the start of a member with a million log entries behind it.")
    {
        foreach (var option in (Option[])[_work, _entries, _restarts])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var work = arguments.GetRequiredValue(_work);
        if (work.Exists)
            work.Delete(recursive: true);
        var entries = arguments.GetValue(_entries);
        var began = Stopwatch.GetTimestamp();
        RaftGroupStatus status;
        await using (var node = await StartAsync(work.FullName, cancellationToken))
        {
            var group = node.Groups["default"];
            await FillAsync(group, entries, cancellationToken);
            status = group.GetStatus();
        }

        await Console.Error.WriteLineAsync($"{status.CommitIndex} entries written in {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s.");
        var times = new List<double>();
        for (var i = 0; i < arguments.GetValue(_restarts); i++)
        {
            began = Stopwatch.GetTimestamp();
            await using var node = await StartAsync(work.FullName, cancellationToken);
            var group = node.Groups["default"];
            await group.ReadBarrierAsync(cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            await Console.Error.WriteLineAsync($"restart {i + 1}: {times[^1]:F2} s until a linearizable read, applied {group.GetStatus().AppliedIndex}");
        }

        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(
            new { entries = status.CommitIndex, medianSeconds = times.Median(), maxSeconds = times.Max() }, JsonSerializerOptions.Web));
        return 0;
    }

    private static async Task<RaftNode> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var local = new RaftPeer("alone", new DnsEndPoint("alone", 1));
        var node = new RaftNode(
            new RaftNodeOptions
            {
                ClusterId = "bench",
                Local = local,
                DataDirectory = folder,
                IdentifyPeer = _ => null,
                RaftConnections = new LoopbackTransport(),
                RaftListener = new LoopbackTransport(),
                GroupConnections = new LoopbackTransport(),
                GroupListener = new LoopbackTransport(),
            },
            [new RaftGroupOptions { Voters = [local], Tables = [new BlobTable()], MaxBatchBytes = BatchBytes }],
            NullLoggerFactory.Instance);
        await node.StartAsync(cancellationToken);
        await node.Groups["default"].WaitForLeaderAsync(cancellationToken);
        return node;
    }

    private static Task FillAsync(RaftGroup group, long entries, CancellationToken cancellationToken)
    {
        var next = 0L;
        return Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(
            async () =>
            {
                var payload = new byte[ValueBytes];
                for (var i = Interlocked.Increment(ref next); i <= entries; i = Interlocked.Increment(ref next))
                {
                    var key = new byte[sizeof(long)];
                    BinaryPrimitives.WriteInt64BigEndian(key, i % Keys);
                    await group.ProposeAsync(new Raft.Command(BlobTable.TableName, key, payload), cancellationToken);
                }
            },
            cancellationToken)));
    }
}
