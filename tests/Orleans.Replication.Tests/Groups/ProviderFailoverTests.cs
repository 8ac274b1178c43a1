using System.Net;
using System.Text;
using Orleans.Replication.Journals.Provider;
using Orleans.Replication.Tests.Storage;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Groups;

/// <summary>The providers while the leader of their group goes away.</summary>
public sealed class ProviderFailoverTests
{
    private static readonly GrainId Grain = GrainId.Create("account", "Ада/1");
    private static readonly TestGroupOptions Impatient = new() { ProposalTimeout = TimeSpan.FromSeconds(1), ReadTimeout = TimeSpan.FromSeconds(1) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_acknowledged_before_the_leader_stopped_is_read_after_it(bool fromOutside)
    {
        await using var group = await TestGroup.StartAsync(3);
        var leader = await group.WaitForLeaderAsync();
        var (writer, reader) = Others(group, leader);

        // Through the doors of all: that of the leader stays open, and answers that there is no replica behind it.
        await using var writing = fromOutside ? await RemoteUse.BeginAsync(writer, timeout: null, group.Members) : null;
        await using var reading = fromOutside ? await RemoteUse.BeginAsync(reader, timeout: null, group.Members) : null;
        var reminder = await writer.CreateReminderTable("s").UpsertRow(new() { GrainId = Grain, ReminderName = "r", Period = TimeSpan.FromMinutes(1) });
        var address = new GrainAddress { GrainId = Grain, SiloAddress = SiloAddress.New(IPAddress.Loopback, 1, 1), ActivationId = ActivationId.NewId() };
        await writer.CreateGrainDirectory("d").Register(address);
        var etag = await writer.CreateTransactionalStorage("t").Create<Vault>("s", Grain)
            .Store(null, new(), [new() { SequenceId = 1, TransactionId = "1", State = new() { Amount = 5 } }], 1, null);
        var position = await writer.CreateJournal(Grain).AppendAsync(default, Guid.NewGuid(), [Bytes("a")]);
        await leader.StopAsync();

        Assert.Equal(reminder, (await reader.CreateReminderTable("s").ReadRow(Grain, "r"))!.ETag);
        Assert.Equal(address, await reader.CreateGrainDirectory("d").Lookup(Grain));
        var loaded = await reader.CreateTransactionalStorage("t").Create<Vault>("s", Grain).Load();
        Assert.Equal((etag, 5), (loaded.ETag, loaded.CommittedState.Amount));
        using var journal = await reader.CreateJournal(Grain).OpenAsync(default);
        Assert.Equal(position, journal.Position);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_that_are_appended_while_leaders_change_are_in_the_journal_once_and_in_order(bool fromOutside)
    {
        await using var group = await TestGroup.StartAsync(3);
        var member = group.Members[0];
        await using var use = fromOutside ? await RemoteUse.BeginAsync(member, timeout: null, group.Members) : null;
        var journal = member.CreateJournal(Grain);
        var position = default(JournalPosition);
        for (var i = 0; i < 60; i++)
        {
            if (i % 20 == 10)
                await TransferLeadershipAsync(member);
            position = (await journal.AppendAsync(position, Guid.NewGuid(), [Bytes($"{i % 10}")]))!.Value;
        }

        Assert.Equal(string.Concat(Enumerable.Range(0, 60).Select(i => i % 10)), await ReadAsync(group.Members[1]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_append_whose_answer_was_lost_and_that_is_tried_again_happens_once(bool fromOutside)
    {
        await using var group = await TestGroup.StartAsync(3, Impatient);
        var leader = await group.WaitForLeaderAsync();
        await using var use = fromOutside ? await RemoteUse.BeginAsync(leader, TimeSpan.FromSeconds(3), leader) : null;
        var (other, third) = Others(group, leader);
        var journal = leader.CreateJournal(Grain);
        var position = (await journal.AppendAsync(default, Guid.NewGuid(), [Bytes("a")]))!.Value;
        await third.StopAsync();

        // Only the leader gets the entry, and cannot say how it ends.
        group.Network.Cut(leader.PeerId, other.PeerId);
        var batch = Guid.NewGuid();
        await Assert.ThrowsAnyAsync<ReplicationException>(() => journal.AppendAsync(position, batch, [Bytes("b")]));
        group.Network.Heal();

        var retried = await UntilAnsweredAsync(() => journal.AppendAsync(position, batch, [Bytes("b")]));
        using (var reading = await UntilAnsweredAsync(() => journal.OpenAsync(position)))
        {
            // Either attempt may be the one that happened. In both cases the writer finds the events to be its own.
            Assert.Equal(batch, Assert.Single(reading.Events).Batch);
            Assert.True(retried is null || retried == reading.Position);
        }

        Assert.Equal("ab", await UntilAnsweredAsync(() => ReadAsync(leader)));
    }

    private static (GroupMember First, GroupMember Second) Others(TestGroup group, GroupMember leader)
    {
        var others = group.Members.Where(member => member != leader).ToArray();
        return (others[0], others[1]);
    }

    private static async Task TransferLeadershipAsync(GroupMember member)
    {
        try
        {
            await member.Group.TransferLeadershipAsync();
        }
        catch (Raft.GroupUnavailableException)
        {
            // There is an election already, which serves as well.
        }
    }

    private static async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> ask)
    {
        T? answer = default;
        await Silos.Wait.UntilAsync("the group answers", async () =>
        {
            try
            {
                answer = await ask();
                return true;
            }
            catch (ReplicationException)
            {
                return false;
            }
        });
        return answer!;
    }

    private static async Task<string> ReadAsync(GroupMember member)
    {
        using var reading = await member.CreateJournal(Grain).OpenAsync(default);
        return string.Concat(reading.Events.Select(stored => Encoding.UTF8.GetString(stored.Bytes.Span)));
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
