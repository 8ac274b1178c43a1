using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.Versions;
using Orleans.Replication.Tests.Storage;
using Orleans.Serialization;

namespace Orleans.Replication.Tests.States.Versions;

/// <summary>A member of a group in memory: its code's version, and its replica of the states.</summary>
internal sealed class ModelMember
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().AddSingleton(typeof(StateSerializer<>)).BuildServiceProvider();

    private StatesTable _table = null!;
    private TableModel _model = null!;
    private int _applied;

    public ModelMember(int code)
    {
        Code = code;
        Restart(code);
    }

    /// <summary>The version of its code.</summary>
    public int Code { get; private set; }

    /// <summary>True when its replica is out of service.</summary>
    public bool IsStopped { get; private set; }

    public int Version => _table.Version;

    public string Dump => string.Join('\n', _model.Dump());

    /// <summary>Starts it with other code, on what it has.</summary>
    public void Restart(int code)
    {
        var table = new StatesTable(Services.GetRequiredService<Serializer>(), new OperationRunners(Services), code);
        var model = _model?.CopyFor(table) ?? new TableModel(table);
        (Code, _table, _model, IsStopped) = (code, table, model, false);
        table.Reset();
        try
        {
            table.Load(model);
        }
        catch (UnreadableStateException)
        {
            IsStopped = true;
        }
    }

    /// <summary>Applies what it has not of a log: commands, each with the members at its place.</summary>
    public void Apply(IReadOnlyList<(Command Command, long ConfigurationIndex)> log)
    {
        try
        {
            for (; _applied < log.Count && !IsStopped; _applied++)
            {
                _model.ConfigurationIndex = log[_applied].ConfigurationIndex;
                _model.Run(log[_applied].Command);
            }
        }
        catch (UnreadableStateException)
        {
            IsStopped = true;
        }
    }
}
