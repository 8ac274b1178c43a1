using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Orleans.Replication.Analyzers.Reach;

namespace Orleans.Replication.Analyzers.Checks;

/// <summary>
/// ORPL0006: text that depends on the current culture: numbers and dates written or read without a format provider, and strings compared, searched
/// or sorted by the rules of a language.
/// </summary>
internal sealed class CultureCheck : ICheck
{
    private const string FormatProvider = "System.IFormatProvider";

    public Finding? Look(IOperation operation)
    {
        var depends = operation switch
        {
            IInvocationOperation invocation => Formats(invocation) || Parses(invocation) || Converts(invocation) || ComparesText(invocation),
            IInterpolatedStringOperation interpolated => interpolated.Parts.OfType<IInterpolationOperation>().Any(Writes) && !HasProvider(interpolated),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String } added =>
                WritesOperand(added.LeftOperand) || WritesOperand(added.RightOperand),
            IMemberReferenceOperation reference => IsCurrentCulture(reference.Member),
            _ => false,
        };
        return depends || StringOrder.DependsOnCulture(operation) ? Finding.At(DeterminismRules.Culture, operation.Syntax) : null;
    }

    private static bool Formats(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        if (GetsProvider(invocation))
            return false;
        switch (method.Name)
        {
            case nameof(ToString) or "TryFormat" when invocation.Instance is { Type: { } type }:
                var format = invocation.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == "format" && !argument.IsImplicit);
                return CultureTypes.AreWritten(type, format?.Value.ConstantValue.Value as string, format is not null);
            case "ToLongDateString" or "ToLongTimeString" or "ToShortDateString" or "ToShortTimeString" when invocation.Instance is { Type: { } type }:
                return CultureTypes.AreParsed(type);
            case "Format" or "Concat" or "Join" when method.ContainingType.SpecialType == SpecialType.System_String:
            case "Append" or "AppendFormat" or "AppendJoin" or "Insert" when Used.FullName(method.ContainingType) == "System.Text.StringBuilder":
                return invocation.Arguments.Any(WritesArgument) || method.TypeArguments.Any(type => CultureTypes.AreWritten(type, null, false));
            default:
                return false;
        }
    }

    private static bool WritesArgument(IArgumentOperation argument) =>
        argument is { Parameter: { Name: not ("index" or "startIndex" or "count" or "charCount" or "repeatCount") } }
        && (argument.Value is IArrayCreationOperation { Initializer.ElementValues: var elements } ? elements.Any(WritesOperand)
            : argument.Value is ICollectionExpressionOperation { Elements: var items } ? items.Any(WritesOperand)
            : WritesOperand(argument.Value));

    private static bool WritesOperand(IOperation operand) =>
        Plain.Of(operand) is { ConstantValue.HasValue: false, Type: var type } && CultureTypes.AreWritten(type, null, false);

    private static bool Writes(IInterpolationOperation hole) =>
        !hole.Expression.ConstantValue.HasValue
        && CultureTypes.AreWritten(hole.Expression.Type, hole.FormatString?.ConstantValue.Value as string ?? FormatText(hole), hole.FormatString is not null);

    private static string? FormatText(IInterpolationOperation hole) => hole.FormatString?.Syntax.ToString().TrimStart(':');

    /// <summary>Whether an interpolated string goes to a call that is given a format provider, or to <c>FormattableString.Invariant</c>.</summary>
    private static bool HasProvider(IOperation interpolated)
    {
        for (var parent = interpolated.Parent; parent is not null; parent = parent.Parent)
            switch (parent)
            {
                case IConversionOperation or IParenthesizedOperation or IInterpolatedStringHandlerCreationOperation or IArgumentOperation:
                case IInterpolatedStringAdditionOperation or IBinaryOperation:
                    break;
                case IInvocationOperation invocation:
                    return GetsProvider(invocation) || invocation.TargetMethod is { Name: "Invariant", ContainingType.Name: "FormattableString" };
                default:
                    return false;
            }
        return false;
    }

    private static bool Parses(IInvocationOperation invocation) =>
        invocation.TargetMethod is { IsStatic: true, Name: "Parse" or "TryParse" or "ParseExact" or "TryParseExact", ContainingType: { } type }
        && CultureTypes.AreParsed(type) && !GetsProvider(invocation);

    private static bool Converts(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        if (Used.FullName(method.ContainingType) != "System.Convert" || GetsProvider(invocation) || invocation.Arguments.IsEmpty)
            return false;
        return method switch
        {
            { Name: nameof(ToString), Parameters.Length: 1 } => WritesOperand(invocation.Arguments[0].Value),
            { Parameters.Length: 1 } => Used.TakesStringFirst(method) && CultureTypes.AreParsed(method.ReturnType),
            _ => false,
        };
    }

    private static bool ComparesText(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        if (method.ContainingType.SpecialType != SpecialType.System_String || Used.Takes(method, "System.StringComparison")
            || Used.Takes(method, "System.Globalization.CultureInfo"))
            return false;
        return method.Name switch
        {
            "ToLower" or "ToUpper" => true,
            "Compare" or "CompareTo" => true,
            "StartsWith" or "EndsWith" or "IndexOf" or "LastIndexOf" => Used.TakesStringFirst(method),
            _ => false,
        };
    }

    private static bool IsCurrentCulture(ISymbol member) => (Used.FullName(member.ContainingType), member.Name) switch
    {
        ("System.Globalization.CultureInfo", "CurrentCulture" or "CurrentUICulture" or "InstalledUICulture") => true,
        ("System.Globalization.CultureInfo", "DefaultThreadCurrentCulture" or "DefaultThreadCurrentUICulture") => true,
        ("System.Globalization.NumberFormatInfo" or "System.Globalization.DateTimeFormatInfo", "CurrentInfo") => true,
        ("System.Globalization.RegionInfo", "CurrentRegion") => true,
        ("System.StringComparer" or "System.StringComparison", "CurrentCulture" or "CurrentCultureIgnoreCase") => true,
        ("System.Collections.Generic.Comparer`1", "Default") => Used.IsString(member.ContainingType.TypeArguments, 0),
        _ => false,
    };

    /// <summary>Whether a call is given a format provider; null stands for the current culture.</summary>
    private static bool GetsProvider(IInvocationOperation invocation) => invocation.Arguments.Any(argument =>
        argument is { ArgumentKind: not ArgumentKind.DefaultValue, Parameter.Type: { } type }
        && (Used.FullName(type) == FormatProvider || Used.FullName(type) == "System.Globalization.CultureInfo")
        && argument.Value.ConstantValue is not { HasValue: true, Value: null });
}
