/** Tests of the manifests in this module's folder. */
@NullMarked
package io.caiman.k8s;

import org.jspecify.annotations.NullMarked;
