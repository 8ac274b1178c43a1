using System.Text;
using Orleans.Replication.Nemesis.Linearizability;
using Orleans.Replication.Raft;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Nemesis.Stress;

/// <summary>A group in one process under load, with every fault that the test network and the disk know, and every call judged afterwards.</summary>
public sealed class GroupStressTests(ITestOutputHelper output)
{
    private static readonly LinearizabilityChecker<RegisterModel.State, RegisterCall, string?> Checker = new(new RegisterModel());

    [Fact]
    public async Task Every_history_of_a_group_under_faults_is_linearizable_and_its_replicas_end_equal()
    {
        output.WriteLine($"NEMESIS_SEED={NemesisSettings.Seed}");
        var random = new Random(NemesisSettings.Seed);
        await using var cluster = await TestCluster.StartAsync(3, options => new RaftGroupOptions
        {
            Voters = options.Voters,
            Tables = options.Tables,
            SnapshotEntries = 200,
            ProposalTimeout = TimeSpan.FromSeconds(2),
            ReadTimeout = TimeSpan.FromSeconds(2),
        });
        var history = new History();
        var clients = new RegisterClients(cluster, history, NemesisSettings.Seed);
        using var stop = new CancellationTokenSource();
        var load = clients.RunAsync(stop.Token);
        for (var round = 0; round < NemesisSettings.Kills; round++)
        {
            foreach (var (name, run) in new GroupFaults(cluster, random).InRandomOrder())
            {
                var before = history.AnsweredCount;
                await run(() => MoreCallsAsync(random.Next(50, 500)));
                await MoreCallsAsync(random.Next(50, 300));
                clients.BeginEra();
                output.WriteLine($"{name}: {history.AnsweredCount - before} calls answered");
            }
        }

        await stop.CancelAsync();
        await load;
        await cluster.WaitForLeaderAsync();
        await clients.ReadAllAsync();
        foreach (var key in history.Keys)
        {
            if (Checker.FindViolation(history.Of(key)) is { } violation)
                Assert.Fail($"The history of '{key}' (NEMESIS_SEED={NemesisSettings.Seed}) is not linearizable. {violation}");
        }

        // A command whose outcome is unknown may still be on its way.
        await Eventually.TrueAsync("equal replicas", () => cluster.Members.Select(Content).Distinct().Count() == 1);
        output.WriteLine($"{history.AnsweredCount} calls on {history.Keys.Count()} registers");

        Task MoreCallsAsync(int count)
        {
            var enough = history.AnsweredCount + count;
            return Eventually.TrueAsync($"{count} more calls to be answered", () => history.AnsweredCount >= enough);
        }
    }

    private static string Content(TestMember member) => string.Join(
        "\n",
        member.Group.GetReader("kv").Scan(default)
            .Select(row => $"{Encoding.UTF8.GetString(row.Key.Span)}@{row.Value.Version}={Encoding.UTF8.GetString(row.Value.Value.Span)}"));
}
