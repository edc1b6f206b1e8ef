package io.caiman.local.figures;

import java.util.Locale;
import java.util.OptionalDouble;

/** Figures as text. */
public final class FigureText {

    /** What stands in the place of a figure that is undefined. */
    public static final String UNDEFINED = "-";

    private FigureText() {}

    /**
     * A figure as text, or {@link #UNDEFINED}.
     *
     * @param format of {@link String#format}, for one number
     */
    public static String of(OptionalDouble figure, String format) {
        return figure.isPresent() ? String.format(Locale.ROOT, format, figure.getAsDouble()) : UNDEFINED;
    }
}
