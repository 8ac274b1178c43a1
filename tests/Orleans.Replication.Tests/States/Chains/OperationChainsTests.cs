using CsCheck;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.Chains;
using Orleans.Replication.States.Versions;

namespace Orleans.Replication.Tests.States.Chains;

/// <summary>Operations on states that are kept, on replicas in memory that start again at different moments.</summary>
public sealed class OperationChainsTests
{
    private const int States = 2;
    private const int Large = OperationChains.MinStateBytes + 100;

    private static readonly Gen<Step[]> Steps =
        Gen.Select(Gen.Int[0, States - 1], Gen.Frequency((8, Gen.Const(StepKind.Enter)), (6, Gen.Const(StepKind.Strike)), (1, Gen.Enum<StepKind>())), Gen.Int[0, 5], Gen.Bool, (state, kind, number, flag) => new Step(state, kind, number, flag))
            .Array[0, 150];

    private enum StepKind
    {
        Enter,
        Strike,
        Entitle,
        Shrink,
        Grow,
        Spoil,
        Write,
        Clear,
    }

    [Fact]
    public void Replicas_are_equal_to_the_byte_whenever_they_were_started() => Steps.Sample(steps =>
    {
        var steady = new LedgerReplica();
        var restless = new LedgerReplica();
        var forgetful = new LedgerReplica();
        var model = new Dictionary<int, Ledger>();
        foreach (var first in Enumerable.Range(0, States))
            RunEverywhere(LedgerReplica.Write(first, model[first] = new() { Padding = new byte[Large] }));

        foreach (var step in steps)
        {
            RunEverywhere(Encode(step));
            Expect(step, model, steady.Index);
            forgetful.Restart();
            if (step.Flag)
                restless.Restart();
            Assert.True(steady.IsEqualTo(restless));
            Assert.True(steady.IsEqualTo(forgetful));
            for (var state = 0; state < States; state++)
                Assert.Equal(model.GetValueOrDefault(state)?.Describe(), steady.Read<Ledger>(state)?.Describe());
        }

        void RunEverywhere(Command command)
        {
            foreach (var replica in (LedgerReplica[])[steady, restless, forgetful])
                replica.Run(command);
        }
    }, iter: 200);

    [Fact]
    public void The_next_operation_gets_what_the_one_before_returned_and_not_what_is_read()
    {
        var replica = Filled();
        foreach (var key in (int[])[1, 2, 3])
            replica.Run(LedgerReplica.Operate(0, new Enter(key)));
        replica.Run(LedgerReplica.Operate(0, new Strike(2)));
        replica.Run(LedgerReplica.Operate(0, new Enter(4)));

        // In the place of the one that is gone. A dictionary that was read after that has it at its end.
        Assert.Equal([1, 4, 3], replica.Read<Ledger>(0)!.Entries.Keys);
    }

    [Fact]
    public void A_chain_has_so_many_operations_and_the_next_one_begins_another()
    {
        var replica = Filled(TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < ChainRecord.MaxOperations; i++)
            replica.Run(LedgerReplica.Operate(0, new Enter(i)));
        Assert.Equal(ChainRecord.MaxOperations, replica.Chain(0)!.Value.Read(default).Count());
        replica.Run(LedgerReplica.Operate(0, new Enter(-1)));
        Assert.Equal(replica.Index, Assert.Single(replica.Chain(0)!.Value.Read(default)).Context.Index);
    }

    [Fact]
    public void A_chain_is_over_a_minute_after_its_first_operation()
    {
        var replica = Filled(TimeSpan.FromSeconds(20));
        for (var operations = 1; operations <= 4; operations++)
        {
            replica.Run(LedgerReplica.Operate(0, new Enter(operations)));
            Assert.Equal(operations, replica.Chain(0)!.Value.Read(default).Count());
        }

        replica.Run(LedgerReplica.Operate(0, new Enter(5)));
        Assert.Single(replica.Chain(0)!.Value.Read(default));
    }

    [Fact]
    public void What_is_written_cleared_or_small_has_no_chain()
    {
        var replica = Filled();
        Command[] ends =
        [
            LedgerReplica.Write(0, new Ledger { Padding = new byte[Large] }),
            LedgerReplica.Clear(0),
            LedgerReplica.Operate(0, new Resize(10)),
        ];
        foreach (var end in ends)
        {
            replica.Run(LedgerReplica.Write(0, new Ledger { Padding = new byte[Large] }));
            replica.Run(LedgerReplica.Operate(0, new Enter(1)));
            Assert.Equal(2, replica.ChainRecords);
            replica.Run(end);
            Assert.Equal(0, replica.ChainRecords);
        }

        replica.Run(LedgerReplica.Operate(0, new Enter(2)));
        Assert.Equal(0, replica.ChainRecords);
    }

    [Fact]
    public void A_chain_that_leads_to_another_version_is_none()
    {
        var replica = Filled();
        replica.Run(LedgerReplica.Operate(0, new Enter(1)));
        replica.WriteAsBefore(0, new() { Padding = new byte[Large], Title = "of earlier software" });
        replica.Run(LedgerReplica.Operate(0, new Enter(2)));
        Assert.Equal("of earlier software", replica.Read<Ledger>(0)!.Title);
        Assert.Single(replica.Chain(0)!.Value.Read(default));
    }

    [Fact]
    public void Operations_that_are_longer_than_the_record_may_be_are_in_no_chain()
    {
        var replica = Filled();
        replica.Run(LedgerReplica.Operate(0, new Enter(1)));
        replica.Run(LedgerReplica.Operate(0, new Annotate(new string('x', ChainRecord.MaxBytes))));
        Assert.Equal(0, replica.ChainRecords);
        Assert.Equal(ChainRecord.MaxBytes, replica.Read<Ledger>(0)!.Title.Length);
        replica.Run(LedgerReplica.Operate(0, new Enter(2)));
        Assert.Single(replica.Chain(0)!.Value.Read(default));
    }

    [Fact]
    public void A_type_is_kept_from_its_version_on_and_a_raise_begins_a_new_chain()
    {
        var replica = new LedgerReplica();
        replica.Run(LedgerReplica.Write(0, new LateLedger { Padding = new byte[Large] }));
        replica.Run(LedgerReplica.Write(1, new Ledger { Padding = new byte[Large] }));
        replica.Run(LedgerReplica.Operate(0, new Tally()));
        replica.Run(LedgerReplica.Operate(1, new Enter(1)));
        Assert.Null(replica.Chain(0));

        replica.Run(new VersionRaise(2, 0).ToCommand(OriginFormat.Encode(default)));
        for (var i = 1; i <= 3; i++)
        {
            replica.Run(LedgerReplica.Operate(0, new Tally()));
            replica.Run(LedgerReplica.Operate(1, new Enter(i)));
            Assert.Equal(i, replica.Chain(0)!.Value.Read(default).Count());
            Assert.Equal(i, replica.Chain(1)!.Value.Read(default).Count());
        }

        Assert.Equal(4, replica.Read<LateLedger>(0)!.Count);
    }

    [Fact]
    public void Any_bytes_are_a_chain_or_an_error() => Gen.Byte.Array[0, 120].Sample(bytes =>
    {
        try
        {
            bytes = bytes.Length > 0 ? [1, .. bytes[1..]] : bytes;
            _ = ChainRecord.Parse(bytes).Read(default).Count();
        }
        catch (UnreadableStateException)
        {
            // As it should be.
        }
    });

    private static LedgerReplica Filled(TimeSpan? step = null)
    {
        var replica = new LedgerReplica(step);
        replica.Run(LedgerReplica.Write(0, new Ledger { Padding = new byte[Large] }));
        return replica;
    }

    private static Command Encode(in Step step) => step.Kind switch
    {
        StepKind.Enter => LedgerReplica.Operate(step.State, new Enter(step.Number)),
        StepKind.Strike => LedgerReplica.Operate(step.State, new Strike(step.Number)),
        StepKind.Entitle => LedgerReplica.Operate(step.State, new Entitle(step.Flag)),
        StepKind.Shrink => LedgerReplica.Operate(step.State, new Resize(10)),
        StepKind.Grow => LedgerReplica.Operate(step.State, new Resize(Large)),
        StepKind.Spoil => LedgerReplica.Operate(step.State, new Spoil(step.Number, step.Flag)),
        StepKind.Write => LedgerReplica.Write(step.State, new Ledger { Padding = new byte[Large] }),
        _ => LedgerReplica.Clear(step.State),
    };

    private static void Expect(in Step step, Dictionary<int, Ledger> model, long index)
    {
        var before = model.GetValueOrDefault(step.State) ?? new();
        var after = before with { Entries = new(before.Entries) };
        switch (step.Kind)
        {
            case StepKind.Enter:
                after.Entries[step.Number] = $"{index}";
                break;
            case StepKind.Strike:
                after.Entries.Remove(step.Number);
                break;
            case StepKind.Entitle:
                after = step.Flag ? after with { Subtitle = "Income and expenses" } : after with { Title = "Income and expenses" };
                break;
            case StepKind.Shrink:
                after = after with { Padding = new byte[10] };
                break;
            case StepKind.Grow:
                after = after with { Padding = new byte[Large] };
                break;
            case StepKind.Write:
                after = new() { Padding = new byte[Large] };
                break;
            case StepKind.Spoil:
                return;
            default:
                model.Remove(step.State);
                return;
        }

        model[step.State] = after;
    }

    private readonly record struct Step(int State, StepKind Kind, int Number, bool Flag);
}
