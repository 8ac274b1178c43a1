using System.Diagnostics;
using Orleans.Replication.Raft.Storage;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Raft.Tests.Damage;

/// <summary>
/// Every file of a member, damaged in every way, in a group of three on a real disk (SAFETY 10, 12): never a wrong answer, and either whole again or refused with a reason. What happened is
/// the table in <c>src/Orleans.Replication.Raft/DAMAGE.md</c>; <c>REPLICATION_WRITE_DAMAGE_TABLE=1</c> in the environment of this test writes it anew.
/// </summary>
public sealed class DamageMatrixTests
{
    private const string Keys = "key-";
    private const int KeyCount = 8;

    /// <summary>What no row may say.</summary>
    private const string Unexplained = "unexplained";

    /// <summary>The words by which a reason says how the damage was found, and what the table says then.</summary>
    private static readonly (string Words, string Found)[] Signs =
    [
        ("does not hold a number", "it holds no number"),
        ("but no 'members' file says whose", "nothing says whose folder it is"),
        ("and the vote on disk", "the vote is not the one that was given"),
        ("bytes instead of", "it is too short"),
        ("is missing", "it is missing"),
        ("says that the log", "what it says cannot be"),
        ("and was flushed up to entry", "the log ends before what was flushed"),
        ("it ends at entry", "the log ends before the state"),
        ("of 'MANIFEST-", "its record is not as it was written"),
        ("checksum", "it is not as it was written"),
        ("is damaged", "it is not as it was written"),
        ("cannot be opened", "the database cannot be opened"),
        ("cannot be read", "the database cannot be read"),
    ];

    [Fact]
    public async Task Whatever_is_damaged_no_answer_is_wrong_and_the_member_is_whole_again_or_says_why_not()
    {
        await using var cluster = await TestCluster.StartAsync(3);
        var member = cluster.Followers.First();

        // Admitted by its peers, it has given a vote.
        await member.StopAsync();
        member.Wipe();
        await member.StartAsync();
        await WaitUntilWholeAsync(member);
        var rows = new List<string>();
        foreach (var row in DamageCase.All)
        {
            var (watch, rounds) = (Stopwatch.StartNew(), rows.Count);
            rows.Add($"| {row.What} | `{(row.Pattern.Length == 0 ? "." : row.Pattern)}` | {NameOf(row.Kind)}{(row.IsKilled ? ", after a kill" : string.Empty)} | {await InflictAsync(cluster, member, row, rounds)} |");
            TestContext.Current.SendDiagnosticMessage($"{watch.ElapsedMilliseconds} ms {rows[^1]}");
        }

        await CompareAsync(rows);
    }

    private static async Task<string> InflictAsync(TestCluster cluster, TestMember member, DamageCase row, int round)
    {
        var value = "value-" + round;
        var leader = await cluster.WaitForLeaderAsync();
        for (var i = 0; i < KeyCount; i++)
        {
            await leader.Group.ProposeAsync(KeyValueTable.Put(Keys + i, value));
            if (i == KeyCount / 2)
            {
                await member.Group.ReadBarrierAsync();
                await member.Group.TakeSnapshotAsync();
            }
        }

        await member.Group.ReadBarrierAsync();
        var folder = Path.Combine(member.Folder, "groups", "default");

        // The engine writes it down a moment later, a leader's own entries too: what a damage does depends on it.
        var applied = member.Group.GetStatus().AppliedIndex;
        await Eventually.TrueAsync(
            "the log and its commit index to be on disk", () => LogFiles.ReadCheckpoint(Path.Combine(folder, "log")) is var (committed, last) && committed == last && last >= applied);
        if (row.IsKilled)
            await member.StopAsKilledAsync();
        else
            await member.StopAsync();

        var before = Quarantines(folder);
        var found = row.Find(folder);
        var facts = Describe(folder, found);
        Inflicted.On(found, row.Kind);
        try
        {
            await member.StartAsync();
        }
        catch (RaftStorageException e)
        {
            // What an operator does then.
            await member.StopAsync();
            member.Wipe();
            await member.StartAsync();
            await RequireRightAnswersAsync(cluster, member, value, row);
            return $"refused to start: {SignIn(e.Message, row)}";
        }

        var atStart = Quarantines(folder).Except(before).ToList();
        await RequireRightAnswersAsync(cluster, member, value, row);
        var moved = Quarantines(folder).Except(before).ToList();
        if (moved.Count == 0)
            return "went on; " + (NoHarm.Because(row) ?? $"{Unexplained}: nothing says why that does no harm ({facts})");
        var reason = SignIn(await File.ReadAllTextAsync(Path.Combine(Assert.Single(moved), "reason.txt")), row);
        var isSnapshot = !File.Exists(Path.Combine(moved[0], "members")) && !Directory.Exists(Path.Combine(moved[0], "log")) && !Directory.Exists(Path.Combine(moved[0], "state"));
        return $"{(isSnapshot ? "snapshot moved aside and replaced" : "quarantined, made whole by its peers")}; found {(atStart.Count > 0 ? "at the start" : "when it was read")}: {reason}";
    }

    /// <summary>Reads until the member is whole: what it answers meanwhile is right, or it does not answer.</summary>
    private static async Task RequireRightAnswersAsync(TestCluster cluster, TestMember member, string value, DamageCase row)
    {
        for (var i = 0; i < KeyCount; i++)
        {
            try
            {
                Assert.Equal((row, value), (row, await member.ReadLinearizableAsync(Keys + i)));
            }
            catch (Exception e) when (e is GroupUnavailableException or RaftStorageException)
            {
                // It does not answer: that is never wrong.
            }
        }

        await WaitUntilWholeAsync(member);
        for (var i = 0; i < KeyCount; i++)
            Assert.Equal((row, value), (row, await member.ReadLinearizableAsync(Keys + i)));
        await cluster.ReplicasAreEqualAsync();
    }

    private static Task WaitUntilWholeAsync(TestMember member) =>
        Eventually.TrueAsync("the member to be whole", () => member.Group.GetStatus() is { Role: RaftRole.Follower or RaftRole.Leader, Quarantine: null, Fault: null });

    /// <summary>What was there before the damage, to find out why it did no harm.</summary>
    private static string Describe(string folder, string damaged)
    {
        var log = Path.Combine(folder, "log");
        var checkpoint = Path.Exists(Path.Combine(log, "checkpoint")) ? $"{LogFiles.ReadCheckpoint(log)}" : "none";
        var snapshots = Path.Join(folder, "snapshots");
        return $"{Path.GetRelativePath(folder, damaged)}, used {LogEnd.In(damaged)}; committed and last {checkpoint}; flushed {FlushGuard.ReadLast(Path.Combine(folder, "flushed"))}; "
            + $"snapshots {(Directory.Exists(snapshots) ? string.Join(' ', Directory.GetDirectories(snapshots).Select(Path.GetFileName)) : "none")}";
    }

    private static string[] Quarantines(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder, "quarantine-*") : [];

    private static string SignIn(string reason, DamageCase row)
    {
        var sign = Array.Find(Signs, sign => reason.Contains(sign.Words, StringComparison.Ordinal)).Found
            ?? $"{Unexplained}: '{reason}'";

        // Which of two it is depends on the bit.
        return row is { Pattern: "log/checkpoint", Kind: DamageKind.FlippedBit } ? "it does not fit the log's pages, or the state" : sign;
    }

    private static string NameOf(DamageKind kind) => kind switch
    {
        DamageKind.FlippedBit => "a flipped bit",
        DamageKind.TornTail => "torn tail",
        DamageKind.ZeroedPage => "zeroed page",
        DamageKind.LowerLastIndex => "a flipped bit: its end is lower",
        DamageKind.HigherLastIndex => "a flipped bit: its end is higher",
        DamageKind.LowerCommitIndex => "a flipped bit: the commit index is lower",
        DamageKind.HigherCommitIndex => "a flipped bit: the commit index is higher",
        _ => "missing",
    };

    private static async Task CompareAsync(List<string> rows)
    {
        var path = DamageTable.Path;
        var text = DamageTable.Head + string.Join('\n', rows) + "\n";
        if (Environment.GetEnvironmentVariable("REPLICATION_WRITE_DAMAGE_TABLE") == "1")
            await File.WriteAllTextAsync(path, text);
        if (rows.Find(row => row.Contains(Unexplained, StringComparison.Ordinal)) is { } unexplained)
            Assert.Fail(unexplained);
        Assert.Equal(text, await File.ReadAllTextAsync(path), ignoreLineEndingDifferences: true);
    }
}
