using System.Net;
using Orleans.Replication.Tests.Storage;
using Orleans.Runtime;

namespace Orleans.Replication.Tests.Groups;

/// <summary>What the providers say when the group cannot do what it is asked: an error that every silo and client can read, and nothing was written.</summary>
public sealed class ProviderUnavailableTests
{
    private static readonly GrainId Grain = GrainId.Create("account", "Ада/1");
    private static readonly SiloAddress Silo = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly TestGroupOptions Impatient = new() { ProposalTimeout = TimeSpan.FromSeconds(1), ReadTimeout = TimeSpan.FromSeconds(1) };

    private static readonly Dictionary<string, Func<GroupMember, Task>> Operations = new()
    {
        ["read reminders of a range"] = member => member.CreateReminderTable("s").ReadRows(0, 0),
        ["read reminders of a grain"] = member => member.CreateReminderTable("s").ReadRows(Grain),
        ["read a reminder"] = member => member.CreateReminderTable("s").ReadRow(Grain, "r"),
        ["write a reminder"] = member => member.CreateReminderTable("s").UpsertRow(new() { GrainId = Grain, ReminderName = "r" }),
        ["remove a reminder"] = member => member.CreateReminderTable("s").RemoveRow(Grain, "r", "1"),
        ["look a grain up"] = member => member.CreateGrainDirectory("d").Lookup(Grain),
        ["register a grain"] = member => member.CreateGrainDirectory("d")
            .Register(new() { GrainId = Grain, SiloAddress = Silo, ActivationId = ActivationId.NewId() }, null, CancellationToken.None),
        ["unregister a grain"] = member => member.CreateGrainDirectory("d").Unregister(new() { GrainId = Grain, ActivationId = ActivationId.NewId() }),
        ["unregister silos"] = member => member.CreateGrainDirectory("d").UnregisterSilos([Silo]),
        ["load a transactional state"] = member => member.CreateTransactionalStorage("t").Create<Vault>("s", Grain).Load(),
        ["store a transactional state"] = member => member.CreateTransactionalStorage("t").Create<Vault>("s", Grain).Store(null, new(), null, null, null),
        ["read a journal"] = member => member.CreateJournal(Grain).OpenAsync(default),
        ["append to a journal"] = member => member.CreateJournal(Grain).AppendAsync(default, Guid.NewGuid(), [new byte[] { 1 }]),
        ["clear a journal"] = member => member.CreateJournal(Grain).ClearAsync(),
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_majority_every_operation_says_that_the_group_is_unavailable(bool fromOutside)
    {
        await using var group = new TestGroup(3, Impatient);
        var alone = group.Members[0];
        await alone.StartAsync();
        await using var use = fromOutside ? await RemoteUse.BeginAsync(alone, TimeSpan.FromSeconds(3), alone) : null;
        await Task.WhenAll(Operations.Select(async operation =>
        {
            var error = await Record.ExceptionAsync(() => operation.Value(alone));
            Assert.True(error is ReplicationUnavailableException, $"To {operation.Key} without a majority gave {error}.");
        }));
    }
}
