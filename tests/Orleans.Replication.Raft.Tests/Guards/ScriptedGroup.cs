using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Guards;

/// <summary>A leader with a real log and four voters that do what a test says. Who has nothing of the log can only be helped by a snapshot.</summary>
internal sealed class ScriptedGroup : IAsyncDisposable
{
    public const int MaxBatchBytes = 4096;

    private readonly TestCluster _cluster = new(5, options => new RaftGroupOptions
    {
        Voters = options.Voters,
        Tables = options.Tables,
        MaxBatchBytes = MaxBatchBytes,
        AppendTimeout = TimeSpan.FromMilliseconds(400),
        ProposalTimeout = TimeSpan.FromSeconds(60),
    });

    private ScriptedGroup()
    {
        var voters = _cluster.Ids.Skip(1).Select(id => new ScriptedVoter(_cluster.Network, id, ScriptedVoter.Accept)).ToList();
        (Second, Third, Fourth, Fifth) = (voters[0], voters[1], voters[2], voters[3]);
    }

    public TestMember Leader => _cluster.Members[0];

    public ScriptedVoter Second { get; }

    public ScriptedVoter Third { get; }

    public ScriptedVoter Fourth { get; }

    public ScriptedVoter Fifth { get; }

    public long CommitIndex => Leader.Group.GetStatus().CommitIndex;

    public long LastIndex => Leader.Group.Replica!.Engine.LastIndex;

    public static async Task<ScriptedGroup> StartAsync()
    {
        var group = new ScriptedGroup();
        try
        {
            await group.StartLeaderAsync();
            await group.ForgetLogAsync();
            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the second voter has answered some rounds more; the leader could have committed in each of them.</summary>
    public Task SomeRoundsAsync()
    {
        var answers = Second.Answers;
        return Eventually.TrueAsync("some rounds", () => Second.Answers > answers + 4);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        foreach (var voter in new[] { Second, Third, Fourth, Fifth })
            await voter.DisposeAsync();
    }

    /// <summary>As a member that was part of the group before, so that it asks nobody whether it may vote.</summary>
    private async Task StartLeaderAsync()
    {
        var folder = Path.Combine(Leader.Folder, "groups", "default");
        Directory.CreateDirectory(folder);
        new MembersFile(MembersFile.FormatVersion, "test", "default", Leader.Id, [.. _cluster.Ids], Admitted: true).Write(Path.Combine(folder, "members"));
        await Leader.StartAsync();
        await Eventually.TrueAsync("the member to lead", () => Leader.IsLeader);
    }

    private async Task ForgetLogAsync()
    {
        var first = Path.Combine(Leader.Folder, "groups", "default", "log", "metadata", "0");
        while (File.Exists(first))
        {
            for (var i = 0; i < 130; i++)
                await Leader.Group.ProposeAsync(KeyValueTable.Put("before", "value"));
            Assert.True(await Leader.Group.TakeSnapshotAsync() > 0);
            await Leader.Group.ProposeAsync(KeyValueTable.Put("after", "the snapshot"));
        }
    }
}
