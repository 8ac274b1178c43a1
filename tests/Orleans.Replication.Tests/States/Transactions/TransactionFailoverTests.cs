using System.Collections.Concurrent;
using Orleans.Replication.Raft.Tests.Cluster;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Groups;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.States.Transactions;

/// <summary>Transactions of all members of a real group of three, while its leaders go away.</summary>
public sealed class TransactionFailoverTests
{
    private const int Accounts = 6;
    private const long Opening = 100;
    private const int Rounds = 3;
    private const int WorkersPerMember = 2;

    private static readonly TestGroupOptions Impatient = new() { ProposalTimeout = TimeSpan.FromSeconds(3), ReadTimeout = TimeSpan.FromSeconds(1) };

    private readonly StateReference<Basket>[] _accounts = [.. Enumerable.Range(0, Accounts).Select(i => new StateReference<Basket>(GrainId.Create("account", $"{i}"), "money"))];
    private readonly StateReference<Basket> _count = new(GrainId.Create("account", "all"), "transfers");
    private readonly ConcurrentBag<(long From, long To)> _steps = [];
    private int _acknowledged;
    private int _unknown;
    private int _audits;
    private int _rejected;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Transfers_keep_the_sum_and_happen_once_while_leaders_go_away(bool cutOff)
    {
        await using var group = await TestGroup.StartAsync(3, Impatient);
        var opening = new GroupTransaction();
        foreach (var account in _accounts)
            opening.Require(account, 0).Write(account, new Basket { Total = Opening });
        Assert.True((await group.Members[0].Transactions.TransactAsync(opening)).Committed);

        using var stop = new CancellationTokenSource();
        var workers = group.Members.SelectMany((member, i) => Enumerable.Range(0, WorkersPerMember).Select(j =>
            Task.Run(() => WorkAsync(member, new Random((i * WorkersPerMember) + j), stop.Token)))).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            await ProgressAsync();
            var leader = await group.WaitForLeaderAsync();
            if (cutOff)
                group.Network.Isolate(leader.PeerId, group.Members.Select(member => member.PeerId));
            else
                await leader.StopAsync();
            await Eventually.TrueAsync("another leader", () => group.Members.Any(member => member != leader && member.IsLeader));
            await ProgressAsync();
            if (cutOff)
                group.Network.Heal();
            else
                await leader.StartAsync();
        }

        await ProgressAsync();
        await stop.CancelAsync();
        await Task.WhenAll(workers);
        await CheckAsync(group);
    }

    private async Task WorkAsync(GroupMember member, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (random.Next(4) == 0)
                    await AuditAsync(member.Transactions);
                else
                    await TransferAsync(member.Transactions, random);
            }
            catch (TransactionRejectedException)
            {
                Interlocked.Increment(ref _rejected);
            }
            catch (ReplicationOutcomeUnknownException)
            {
                Interlocked.Increment(ref _unknown);
            }
            catch (Exception error) when (error is ReplicationUnavailableException or InvalidOperationException)
            {
                // The member is down, or cut off: nothing was written.
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private async Task TransferAsync(IReplicationGroup group, Random random)
    {
        var (from, to) = (random.Next(Accounts), random.Next(Accounts - 1));
        to += to >= from ? 1 : 0;
        var amount = random.Next(1, 150);
        var counted = await group.GetState(_count).ReadVersionedAsync();

        // The order lets the second operation fail after the first has run.
        var outcome = await group.TransactAsync(new GroupTransaction()
            .Require(_count, counted.Version)
            .Write(_count, new Basket { Total = counted.Value.Total + 1 })
            .Apply(_accounts[to], new Add(amount))
            .Apply(_accounts[from], new Spend(amount)));
        if (!outcome.Committed)
        {
            Assert.True(outcome.Conflicts[0].ActualVersion > counted.Version, "A linearizable read had a version that the group had not come to.");
            return;
        }

        Interlocked.Increment(ref _acknowledged);
        _steps.Add((counted.Version, outcome.Version));
    }

    /// <summary>Sees all accounts at one moment.</summary>
    private async Task AuditAsync(IReplicationGroup group)
    {
        var audit = new GroupTransaction();
        var looks = _accounts.Select(account =>
        {
            audit.Apply(account, new Look(), out var look);
            return look;
        }).ToArray();
        var outcome = await group.TransactAsync(audit);
        Assert.Equal(Accounts * Opening, looks.Sum(look => outcome.ResultOf(look)));
        Interlocked.Increment(ref _audits);
    }

    private async Task ProgressAsync()
    {
        var (acknowledged, audits) = (_acknowledged, _audits);
        await Eventually.TrueAsync("transfers and audits", () => _acknowledged >= acknowledged + 10 && _audits >= audits + 5);
    }

    private async Task CheckAsync(TestGroup group)
    {
        await group.WaitForLeaderAsync();
        foreach (var member in group.Members)
        {
            await Silos.Wait.UntilAsync($"{member.PeerId} reads", () => CanReadAsync(member));
            var balances = _accounts.Select(account => member.Transactions.GetState(account).Value.Total).ToArray();
            Assert.Equal(Accounts * Opening, balances.Sum());
            Assert.All(balances, balance => Assert.True(balance >= 0));
            Assert.InRange(member.Transactions.GetState(_count).Value.Total, _acknowledged, _acknowledged + _unknown);
        }

        // One transaction at most has followed on each version, and each was acknowledged with a later one.
        Assert.Equal(_steps.Count, _steps.Select(step => step.From).Distinct().Count());
        Assert.All(_steps, step => Assert.True(step.To > step.From));
        TestContext.Current.TestOutputHelper?.WriteLine($"{_acknowledged} transfers, {_rejected} rejected, {_audits} audits, {_unknown} unknown");
        Assert.True(_rejected > 0, "No transfer was rejected, so nothing was proven about half of one.");
    }

    private async Task<bool> CanReadAsync(GroupMember member)
    {
        try
        {
            await member.Transactions.GetState(_count).ReadAsync();
            return true;
        }
        catch (ReplicationUnavailableException)
        {
            return false;
        }
    }
}
